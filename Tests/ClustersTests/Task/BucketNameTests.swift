import Testing

@testable import Clusters

@Suite("Names of buckets")
struct BucketNameTests {
  private static let long63 = String(repeating: "a", count: 63)

  @Test(
    "are taken by these stores and by no others",
    arguments: [
      ("my-bucket", [.s3, .gcs, .r2, .ibm]),
      ("123", [.s3, .gcs, .r2, .ibm]),
      (long63, [.s3, .gcs, .r2, .ibm]),
      (long63 + "a", []),
      ("\(long63).\(long63).com", [.gcs]),
      ("\(long63)a.com", []),
      ("ab", []),
      ("", []),
      ("my.bucket", [.s3, .gcs, .ibm]),
      ("my_bucket", [.gcs]),
      ("My-bucket", []),
      ("-bucket", []),
      ("bucket-", []),
      (".bucket", []),
      ("my..bucket", []),
      ("my.-bucket", [.s3]),
      ("my--bucket", [.s3, .gcs, .r2]),
      ("192.168.0.1", [.ibm]),
      ("xn--bucket", [.gcs, .r2]),
      ("bucket-s3alias", [.gcs, .r2, .ibm]),
      ("bucket--ol-s3", [.gcs, .r2]),
      ("goog-bucket", [.s3, .r2, .ibm]),
      ("my-google-bucket", [.s3, .r2, .ibm]),
      ("bücket", []),
      ("a b", []),
      ("a/b", []),
    ] as [(String, [ObjectStore])])
  func takers(_ name: String, _ wanted: [ObjectStore]) {
    #expect(ObjectStore.allCases.filter { BucketName.problem(name, in: $0) == nil } == wanted)
  }
}
