import Mustache

/// A text that we generate or send to a node, by name; its file stands in `Templates/files`.
///
/// Every file starts with `{{% CONTENT_TYPE:TEXT}}`: Mustache escapes HTML otherwise.
public enum TemplateName: String, CaseIterable, Sendable {
  case hostBlock = "host_block"
  case nodeSSHDConfig = "node_sshd_config"
}

/// Why a template could not be rendered.
public struct TemplateError: Error, Equatable, CustomStringConvertible {
  public let description: String
}

extension TemplateName {
  /// The template's own text.
  public var source: String {
    switch self {
    case .hostBlock: String(decoding: PackageResources.host_block_mustache, as: UTF8.self)
    case .nodeSSHDConfig:
      String(decoding: PackageResources.node_sshd_config_mustache, as: UTF8.self)
    }
  }

  /// The text with `values` put in.
  public func render(_ values: [String: Any]) throws -> String {
    try MustacheTemplate(string: source).render(values)
  }
}
