import HostBook

/// Where nodes come from: `local`, `ssh/POOL`, `slurm/CLUSTER[/PARTITION]`.
public enum Infra {
  /// What a name stands for.
  public enum Kind: Equatable, Sendable {
    /// One of ours.
    case here
    /// A cloud or Kubernetes: known, and not for us.
    case cloud
    /// Nothing known, with the word that was probably meant.
    case unknown(suggestion: String?)
  }

  /// What `name` stands for, as `--infra` and `resources.infra` write it.
  public static func kind(of name: String) -> Kind {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let head = parts[0].lowercased()
    switch (head, parts.count) {
    case ("local", 1), ("ssh", 2), ("slurm", 2), ("slurm", 3):
      return parts.contains("") ? .unknown(suggestion: nil) : .here
    case ("local", _), ("ssh", _), ("slurm", _): return .unknown(suggestion: nil)
    default:
      if clouds.contains(head) { return .cloud }
      let near = Suggestion.nearest(to: head, in: ["local", "ssh", "slurm"] + clouds)
      let rest = parts.dropFirst()
      return .unknown(suggestion: near.map { ([$0] + rest).joined(separator: "/") })
    }
  }

  /// Reads `infra` of `resources`, or of one of its alternatives: a notice for a cloud.
  static func read(
    _ value: YAMLValue, _ notices: inout [Notice]
  ) throws(TaskError) -> (infra: String?, cloud: String?) {
    let name = try value.word(form)
    switch kind(of: name) {
    case .here: return (name, nil)
    case .cloud:
      guard name != "*" else { return (nil, nil) }
      let isAlternative = value.path != "resources.infra"
      notices.append(
        Notice(
          "`\(value.path)` is left out: \(name) is no infra of this program"
            + (isAlternative ? "" : "; --infra names one, local is used otherwise"),
          at: value.place))
      return (nil, name)
    case .unknown(let suggestion):
      throw value.bad("is \"\(name)\"", suggestion: suggestion, advice: "Write \(form).")
    }
  }

  static let form = "local, ssh/POOL or slurm/CLUSTER[/PARTITION]"

  private static let clouds = [
    "*", "aws", "azure", "cloudflare", "coreweave", "cudo", "do", "fluidstack", "gcp",
    "hyperbolic", "hyperstack", "ibm", "k8s", "kubernetes", "lambda", "mithril", "nebius", "oci",
    "paperspace", "primeintellect", "runpod", "scp", "seeweb", "shadeform", "vast", "vsphere",
    "yotta",
  ]
}
