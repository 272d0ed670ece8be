/// Whether a store can be used from this machine.
public struct StoreCheck: Equatable, Sendable {
  public var store: ObjectStore
  public var isUsable: Bool
  /// Where the keys come from, or why it cannot be used.
  public var detail: String
  public var advice: String?

  public init(_ store: ObjectStore, isUsable: Bool, _ detail: String, advice: String? = nil) {
    self.store = store
    self.isUsable = isUsable
    self.detail = detail
    self.advice = advice
  }
}

extension ObjectStores {
  /// Asks every store, side by side, within seconds.
  public func check() async -> [StoreCheck] {
    await withTaskGroup(of: StoreCheck.self) { group in
      for store in ObjectStore.allCases { group.addTask { await check(store) } }
      var checks: [StoreCheck] = []
      for await check in group { checks.append(check) }
      let order = ObjectStore.allCases
      return checks.sorted {
        (order.firstIndex(of: $0.store) ?? 0) < (order.firstIndex(of: $1.store) ?? 0)
      }
    }
  }

  /// Asks one store for the names of its buckets.
  public func check(_ store: ObjectStore) async -> StoreCheck {
    do throws(StorageError) {
      let origin = try origin(of: store)
      let remote = try await remote(store)
      guard let origin else {
        return StoreCheck(
          store, isUsable: false, "no keys were found; public buckets can be used",
          advice: store.keysAdvice)
      }
      let outcome = try await rclone().run(
        Rclone.quick + ["lsd", "\(RcloneRemote.name):"], remote: remote)
      // Keys for one bucket need not be allowed to list all of them.
      if outcome.status == 0 || outcome.words.contains("AccessDenied") {
        return StoreCheck(store, isUsable: true, "keys from \(origin)")
      }
      let error = StorageError.from(
        status: outcome.status, log: outcome.log, uri: BucketURI(store, bucket: "-"), tried: "")
      return StoreCheck(
        store, isUsable: false, "keys from \(origin): \(LogText.reason(outcome.words))",
        advice: error.advice)
    } catch {
      return StoreCheck(
        store, isUsable: false, "\(error.subject): \(error.reason)", advice: error.advice)
    }
  }

  /// The first store whose keys are there: where a bucket goes that names no store.
  func preferredStore() throws(StorageError) -> ObjectStore {
    for store in ObjectStore.allCases where try origin(of: store) != nil { return store }
    throw StorageError(
      .noCredentials, "object stores", "no keys of any store were found on this machine",
      advice: "`sky check` says where they are looked for.")
  }

  /// Where a store's keys come from; nil when there are none.
  func origin(of store: ObjectStore) throws(StorageError) -> String? {
    switch store {
    case .s3:
      switch try user.amazon().keys {
      case .none: nil
      case .keys(_, let origin): origin
      case .madeBy(let command, let profile):
        "\(command == nil ? "the AWS command line" : "credential_process") of profile \(profile)"
      }
    case .gcs:
      if let emulator = try user.google().emulator {
        "the emulator at \(emulator)"
      } else {
        try user.google().file?.path.string
      }
    case .r2: try user.cloudflare() == nil ? nil : "~/.cloudflare/r2.credentials"
    case .ibm: try user.ibm() == nil ? nil : "~/.ibm/credentials.yaml"
    }
  }
}

extension ObjectStore {
  fileprivate var keysAdvice: String {
    switch self {
    case .s3: "Run `aws configure`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
    case .gcs: "Run `gcloud auth application-default login`."
    case .r2: "Write ~/.cloudflare/r2.credentials and ~/.cloudflare/accountid."
    case .ibm: "Write ~/.ibm/credentials.yaml with access_key_id and secret_access_key."
    }
  }
}
