/// A text that may hold a secret: printing, dumping and interpolating it never shows one.
public struct MaskedText: Equatable, Sendable {
  /// The text itself: for the node and for nobody's eyes when `isSecret`.
  public let value: String
  /// What may be shown: the text, or where a secret came in, the text as it was written.
  public let shown: String
  /// Whether a secret is in it.
  public let isSecret: Bool

  /// A text without secrets.
  public init(_ value: String) {
    self.value = value
    self.shown = value
    self.isSecret = false
  }

  /// A text with a secret in it, and what to show for it.
  public init(secret value: String, shown: String = "***") {
    self.value = value
    self.shown = shown
    self.isSecret = true
  }

  /// The same with another value made of it, such as one without trailing slashes.
  func map(_ change: (String) -> String) -> MaskedText {
    isSecret
      ? MaskedText(secret: change(value), shown: change(shown)) : MaskedText(change(value))
  }
}

extension MaskedText: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) {
    self.init(value)
  }
}

extension MaskedText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { shown }
  public var debugDescription: String { shown.debugDescription }
  public var customMirror: Mirror { Mirror(self, children: ["shown": shown]) }
}
