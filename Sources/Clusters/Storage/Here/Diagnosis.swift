/// What rclone's end means. Its exit code says the class where it has one (rclone.org/docs, "Exit code");
/// the rest is told by the error codes that the stores' own protocols define.
struct Diagnosis: Equatable {
  var code: StorageError.Code
  var advice: String?

  init(status: Int32, words: String) {
    func says(_ any: String...) -> Bool { any.contains { words.contains($0) } }
    if says("InvalidAccessKeyId", "SignatureDoesNotMatch", "invalid_grant", "Invalid JWT") {
      code = .denied
      advice = "The keys are wrong: correct them. `sky check` says where they come from."
    } else if says("ExpiredToken", "RequestExpired", "token has expired", "TokenRefreshRequired") {
      code = .denied
      advice = "The keys have expired: log in again."
    } else if says("RequestTimeTooSkewed") {
      code = .denied
      advice = "The clock is wrong: correct it."
    } else if says(
      "AccessDenied", "Forbidden", "Error 403", "Error 401", "StatusCode: 403", "status code: 403")
    {
      code = .denied
      advice = "The keys are not allowed to do this. `sky check` says where they come from."
    } else if says("BucketAlreadyExists", "Error 409") {
      code = .denied
      advice = "The name is taken by somebody else: choose another."
    } else if status == 3 || says("NoSuchBucket") {
      code = .noBucket
    } else if status == 4 {
      code = .noSource
    } else if Self.isNetwork(words) || status == 5 {
      code = .unreachable
      advice = "Look at the network and at the store's address, then run the command again."
    } else if says("no space left", "permission denied", "read-only file system") {
      code = .cannotWrite
    } else {
      code = .failed
    }
  }

  private static func isNetwork(_ words: String) -> Bool {
    [
      "dial tcp", "connection refused", "connection reset", "no such host", "i/o timeout",
      "deadline exceeded", "TLS handshake timeout", "network is unreachable", "broken pipe",
      "unexpected EOF", "server misbehaving", "ServiceUnavailable", "StatusCode: 0,", "x509:",
    ].contains { words.contains($0) }
  }
}
