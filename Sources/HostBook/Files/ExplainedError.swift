/// An error that says what was tried, on which thing, why it failed and what to do: printed alike everywhere.
public protocol ExplainedError: Error, CustomStringConvertible {
  /// The thing it is about.
  var subject: String { get }
  /// What was tried and why it failed.
  var reason: String { get }
  /// What to do about it, when something can be said.
  var advice: String? { get }
}

extension ExplainedError {
  public var description: String {
    let line = "\(subject): \(reason)"
    guard let advice else { return line }
    return "\(line)\n  \(advice)"
  }
}
