import Mustache

/// A text that we generate or send to a node, by name; its file stands in `Templates/files`.
///
/// Every file starts with `{{% CONTENT_TYPE:TEXT}}`: Mustache escapes HTML otherwise.
public enum TemplateName: String, CaseIterable, Sendable {
  case nodeSSHDConfig = "node_sshd_config"
  /// ssh_config lines that every alias shares; `knownHosts` is our known_hosts file, quoted if need be.
  case hostShields = "host_shields"
  /// More lines for aliases with a key of their own.
  case keyShields = "key_shields"
  /// More lines for nodes of clusters.
  case clusterShields = "cluster_shields"
}

/// Why a template could not be rendered.
public struct TemplateError: Error, Equatable, CustomStringConvertible {
  public let description: String
}

extension TemplateName {
  /// The template's own text.
  public var source: String {
    switch self {
    case .nodeSSHDConfig:
      String(decoding: PackageResources.node_sshd_config_mustache, as: UTF8.self)
    case .hostShields: String(decoding: PackageResources.host_shields_mustache, as: UTF8.self)
    case .keyShields: String(decoding: PackageResources.key_shields_mustache, as: UTF8.self)
    case .clusterShields: String(decoding: PackageResources.cluster_shields_mustache, as: UTF8.self)
    }
  }

  /// The text with `values` put in.
  public func render(_ values: [String: Any]) throws -> String {
    try MustacheTemplate(string: source).render(values)
  }
}
