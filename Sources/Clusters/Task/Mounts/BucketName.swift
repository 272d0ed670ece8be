/// The rules that stores have for names of buckets.
enum BucketName {
  /// What is wrong with `name`, continuing "the bucket …"; nil when nothing is.
  ///
  /// S3: docs.aws.amazon.com, "Bucket naming rules". GCS: cloud.google.com, "About buckets". R2:
  /// developers.cloudflare.com, "Create buckets". IBM: cloud.ibm.com, "Bucket names".
  static func problem(_ name: String, in store: ObjectStore) -> String? {
    let longest = store == .gcs && name.contains(".") ? 222 : 63
    guard (3...longest).contains(name.utf8.count) else {
      return "is \(name.utf8.count) characters long: \(title(store)) takes 3 to \(longest)"
    }
    let marks =
      switch store {
      case .s3, .ibm: ".-"
      case .gcs: ".-_"
      case .r2: "-"
      }
    let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789")
    if let wrong = name.first(where: { !letters.contains($0) && !marks.contains($0) }) {
      let kinds = marks.map { "`\($0)`" }.joined(separator: ", ")
      return "holds `\(wrong)`: \(title(store)) takes small letters, digits and \(kinds)"
    }
    guard let first = name.first, let last = name.last, letters.contains(first),
      letters.contains(last)
    else { return "must begin and end with a letter or digit" }
    if let pair = pairs(store).first(where: name.contains) {
      return "holds `\(pair)`, which \(title(store)) refuses"
    }
    return store == .gcs ? googleProblem(name) : store == .s3 ? amazonProblem(name) : nil
  }

  private static func title(_ store: ObjectStore) -> String {
    switch store {
    case .s3: "S3"
    case .gcs: "GCS"
    case .r2: "R2"
    case .ibm: "IBM COS"
    }
  }

  private static func pairs(_ store: ObjectStore) -> [String] {
    switch store {
    case .s3: [".."]
    case .gcs: ["..", ".-", "-."]
    case .r2: []
    case .ibm: ["..", "--", ".-", "-."]
    }
  }

  private static func amazonProblem(_ name: String) -> String? {
    if isAddress(name) { return "has the form of an IP address" }
    if let start = ["xn--", "sthree-", "amzn-s3-demo-"].first(where: name.hasPrefix) {
      return "begins with `\(start)`, which S3 keeps for itself"
    }
    if let end = ["-s3alias", "--ol-s3", ".mrap", "--x-s3"].first(where: name.hasSuffix) {
      return "ends with `\(end)`, which S3 keeps for itself"
    }
    return nil
  }

  private static func googleProblem(_ name: String) -> String? {
    if isAddress(name) { return "has the form of an IP address" }
    if name.hasPrefix("goog") || name.contains("google") {
      return "holds `goog` or `google`, which GCS keeps for itself"
    }
    let isLong = name.split(separator: ".").contains { $0.count > 63 }
    return isLong ? "has a part between dots of more than 63 characters" : nil
  }

  private static func isAddress(_ name: String) -> Bool {
    name.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/) != nil
  }
}
