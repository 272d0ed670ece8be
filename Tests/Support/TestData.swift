import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Test data that is too large, or not ours, to be kept in the repository.
public enum TestData {
  /// `$SKY_TEST_DATA`, else `shared/data` beside the checkout; nil when there is none.
  public static let root: FilePath? = {
    if let path = getenv("SKY_TEST_DATA") { return FilePath(platformString: path) }
    var checkout = FilePath(#filePath)
    for _ in 0..<4 { checkout.removeLastComponent() }
    let beside = checkout.appending("shared").appending("data")
    return access(beside.string, R_OK) == 0 ? beside : nil
  }()
}
