import Foundation

/// How much is in a bucket.
public struct BucketSize: Equatable, Decodable, Sendable {
  public var count: Int64
  public var bytes: Int64

  static func decode(_ bytes: [UInt8]) -> BucketSize? {
    try? JSONDecoder().decode(BucketSize.self, from: Data(bytes))
  }
}

/// One line of `rclone lsjson`.
struct ListedObject: Decodable {
  var path: String
  var size: Int64
  var isFolder: Bool

  private enum CodingKeys: String, CodingKey {
    case path = "Path"
    case size = "Size"
    case isFolder = "IsDir"
  }

  static func decode<Value: Decodable>(_ bytes: [UInt8]) -> Value? {
    try? JSONDecoder().decode(Value.self, from: Data(bytes))
  }
}

extension Rclone.Outcome {
  /// The outcome as an error about `uri`.
  func error(_ uri: BucketURI, _ tried: String) -> StorageError {
    .from(status: status, log: log, uri: uri, tried: tried)
  }
}

extension StorageError {
  /// What rclone's end means for `uri`; names the object that failed first.
  static func from(
    status: Int32, log: [LogLine], uri: BucketURI, tried: String, node: String? = nil
  ) -> StorageError {
    let telling = log.first { $0.isError && $0.object != nil } ?? log.last { $0.isError }
    let words = (telling ?? log.last)?.message ?? "rclone ended with code \(status)"
    let all = log.suffix(50).map(\.message).joined(separator: "\n")
    let diagnosis = Diagnosis(status: status, words: all.isEmpty ? words : all)
    let subject = "\(node.map { "\($0): " } ?? "")\(uri)"
    if diagnosis.code == .noBucket {
      return StorageError(
        .noBucket, subject, "\(tried): there is no bucket \(uri.bucket) in \(uri.store.title)",
        advice: "Correct the name, or make the bucket.")
    }
    let object = telling?.object.map { " (object \($0))" } ?? ""
    return StorageError(
      diagnosis.code, subject,
      "\(tried)\(object): \(uri.store.title), bucket \(uri.bucket): \(LogText.reason(words))",
      advice: diagnosis.advice)
  }
}
