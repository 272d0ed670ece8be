/// Where something stands in a file: lines and columns count from 1.
public struct Place: Equatable, Sendable, CustomStringConvertible {
  public var file: String
  public var line: Int
  /// Counted in Unicode scalars, as editors do.
  public var column: Int

  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  public var description: String { "\(file):\(line):\(column)" }
}

/// A value of a task file with the place where it stands and its path, such as `resources.cpus`.
struct Located<Value> {
  var value: Value
  var path: String
  var place: Place

  init(_ value: Value, _ path: String, _ place: Place) {
    self.value = value
    self.path = path
    self.place = place
  }

  func error(
    _ code: TaskError.Code, _ message: String, suggestion: String? = nil, advice: String? = nil
  ) -> TaskError {
    TaskError(code, message, at: place, suggestion: suggestion, advice: advice)
  }
}

extension Located: Equatable where Value: Equatable {}
extension Located: Sendable where Value: Sendable {}

/// One line for the user about something that the task file asks for and that is not done.
public struct Notice: Equatable, Sendable, CustomStringConvertible {
  public var place: Place
  public var message: String

  public init(_ message: String, at place: Place) {
    self.place = place
    self.message = message
  }

  public var description: String { "\(place): \(message)" }
}
