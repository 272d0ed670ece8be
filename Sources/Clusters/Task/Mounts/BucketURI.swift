import HostBook

/// `s3://bucket/path`, `gs://…`, `r2://…`, or `cos://region/bucket/path`.
public struct BucketURI: Codable, Equatable, Sendable, CustomStringConvertible {
  public var store: ObjectStore
  /// Of IBM's store, the others have none.
  public var region: String?
  public var bucket: String
  /// An object or a prefix, without slashes at its ends; empty for the whole bucket.
  public var path: String
  /// The URI ended with a slash: `path` is a prefix.
  public var isFolder: Bool

  public init(
    _ store: ObjectStore, region: String? = nil, bucket: String, path: String = "",
    isFolder: Bool = false
  ) {
    self.store = store
    self.region = region
    self.bucket = bucket
    self.path = path
    self.isFolder = isFolder
  }

  public var description: String {
    let parts = [region, bucket, path.isEmpty ? nil : path].compactMap { $0 }
    return "\(store.scheme)://\(parts.joined(separator: "/"))\(isFolder ? "/" : "")"
  }
}

/// Why a text is no URI of a bucket.
struct BucketURIProblem: Error, Equatable {
  var code: TaskError.Code
  var reason: String
  var suggestion: String?
  var advice: String?
}

extension BucketURI {
  /// The scheme of a text such as `s3://…`, nil when it has none.
  static func scheme(of text: String) -> String? {
    text.prefixMatch(of: /([a-zA-Z][a-zA-Z0-9+.-]*):\/\//).map { $0.1.lowercased() }
  }

  /// Reads a URI; the bucket's name is checked by the rules of its store.
  static func read(_ text: String) throws(BucketURIProblem) -> BucketURI {
    guard let scheme = scheme(of: text), let colon = text.range(of: "://") else {
      throw BucketURIProblem(code: .badValue, reason: "is no URI")
    }
    guard let store = ObjectStore(scheme: scheme) else { throw foreign(scheme) }
    var parts = text[colon.upperBound...].split(
      separator: "/", omittingEmptySubsequences: false
    ).map(String.init)
    let region = store == .ibm ? parts.removeFirst() : nil
    if let region, region.isEmpty || parts.isEmpty {
      throw BucketURIProblem(
        code: .badValue, reason: "has no region and bucket",
        advice: "Write cos://REGION/BUCKET/PATH.")
    }
    let bucket = parts.removeFirst()
    if let problem = BucketName.problem(bucket, in: store) {
      throw BucketURIProblem(code: .badValue, reason: "names a bucket that \(problem)")
    }
    let path = parts.filter { !$0.isEmpty }
    return BucketURI(
      store, region: region, bucket: bucket, path: path.joined(separator: "/"),
      isFolder: parts.last == "")
  }

  private static func foreign(_ scheme: String) -> BucketURIProblem {
    let known = ObjectStore.allCases.map { "\($0.scheme)://" }
    if ObjectStore.foreignSchemes.contains(scheme) {
      return BucketURIProblem(
        code: .unsupported, reason: "is in a store that this program cannot use",
        advice: "It can use \(known.joined(separator: ", ")).")
    }
    return BucketURIProblem(
      code: .badValue, reason: "has an unknown scheme",
      suggestion: Suggestion.nearest(to: "\(scheme)://", in: known),
      advice: scheme == "file"
        ? "A file or folder here is written as a path."
        : "Known are \(known.joined(separator: ", ")).")
  }
}
