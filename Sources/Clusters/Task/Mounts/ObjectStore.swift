/// A kind of object store that this program can use.
public enum ObjectStore: String, CaseIterable, Codable, Sendable {
  case s3, gcs, r2
  /// IBM Cloud Object Storage.
  case ibm

  /// The scheme of its URIs.
  public var scheme: String {
    switch self {
    case .s3: "s3"
    case .gcs: "gs"
    case .r2: "r2"
    case .ibm: "cos"
    }
  }

  init?(scheme: String) {
    guard let store = Self.allCases.first(where: { $0.scheme == scheme }) else { return nil }
    self = store
  }

  /// Stores that SkyPilot has and this program has not, as `store:` and as schemes name them.
  static let foreignNames = ["azure", "oci", "nebius", "coreweave", "vastdata", "hf"]
  static let foreignSchemes = ["https", "oci", "nebius", "cw", "vastdata", "hf"]
}
