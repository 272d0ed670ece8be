import SystemPackage

extension TaskError {
  /// What to say when the bytes of a task file or env file cannot be had.
  public init(reading file: String, _ errno: Errno) {
    switch errno {
    case .noSuchFileOrDirectory, .notDirectory:
      self.init(
        .noFile, "\(file): there is no such file",
        advice: "Relative paths are taken from where sky is run.")
    case .isDirectory:
      self.init(.unreadable, "\(file) is a folder", advice: "Name the task file in it.")
    default:
      self.init(.unreadable, "\(file) cannot be read: \(errno)")
    }
  }
}
