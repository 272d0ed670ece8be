import HostBook
import Testing

@testable import Clusters

@Suite struct StartJobTests {
  @Test func `jobs that begin in one second on clusters of one name have ids of their own`() {
    let record = JobRecord(
      cluster: "dev", id: 3, name: nil, state: .pending, submittedAt: .now(), logPath: "/logs")
    let ids = (0..<100).map { _ in StartJob.taskID(record) }
    #expect(Set(ids).count == ids.count)
    #expect(ids.allSatisfy { $0.hasPrefix("sky-") && $0.hasSuffix("_dev-3") })
  }
}
