import GRDB
import HostBook
import Support
import SystemPackage
import Testing

@testable import Clusters

@Suite("The database's file")
struct DatabaseFileTests {
  @Test func `only the user may read the database and its folder`() async throws {
    try await withScratchFolder { folder in
      let home = SkyHome(in: folder)
      _ = try await run("sh", ["-c", "umask 0; mkdir \(home.root); : > \(home.database)"])
      let store = try StateStore.open(home)
      try await store.save(.dev)
      let modes = try await run(
        "sh", ["-c", "stat -c '%a %n' . state.db*"], in: home.root)
      #expect(modes.text == "700 .\n600 state.db\n600 state.db-shm\n600 state.db-wal\n")
    }
  }

  @Test func `many who open an empty home at once all find the tables`() async throws {
    try await withScratchFolder { folder in
      let home = SkyHome(in: folder)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<8 {
          group.addTask {
            let store = try StateStore.open(home)
            var cluster = ClusterRecord.dev
            cluster.name = "c\(number)"
            try await store.save(cluster)
          }
        }
        try await group.waitForAll()
      }
      #expect(try await StateStore.open(home).clusters().count == 8)
    }
  }

  @Test func `a file that is no database is named, with what to do`() async throws {
    try await withScratchFolder { folder in
      let home = SkyHome(in: folder)
      _ = try await run("mkdir", [home.root.string])
      _ = try await run(
        "sh", ["-c", "head -c 8192 /dev/zero | tr '\\0' x > \(home.database)"])
      let path = home.database.string
      let error = StateError(
        .corrupt, path, "is damaged (file is not a database)",
        advice: "Move it away (mv \(path) \(path).damaged) and launch the clusters again; "
          + "nodes and ssh aliases are not touched by that.")
      #expect(throws: error) { try StateStore.open(home) }
    }
  }

  @Test func `a database of a newer program is left alone`() async throws {
    try await withScratchFolder { folder in
      let home = SkyHome(in: folder)
      try await StateStore.open(home).write { database in
        try database.execute(
          sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99 from the future')")
      }
      let error = StateError(
        .newer, home.database.string, "was written by a newer sky than this one",
        advice: "Use that one, or another SKY_HOME.")
      #expect(throws: error) { try StateStore.open(home) }
    }
  }

  @Test func `a value that nobody can have written is called damage`() async throws {
    try await withScratchFolder { folder in
      let home = SkyHome(in: folder)
      let store = try StateStore.open(home)
      try await store.save(.dev)
      try await store.write { database in
        try database.execute(sql: "UPDATE cluster SET state = 'DREAMING'")
      }
      let error = await #expect(throws: StateError.self) { try await store.clusters() }
      #expect(error?.code == .corrupt)
      #expect(error?.reason == "holds \"DREAMING\" as a state")
    }
  }

  @Test func `a home below a file cannot be made`() async throws {
    try await withScratchFolder { folder in
      _ = try await run("touch", [folder.appending("sky").string])
      let error = StateError(
        .cannotWrite, folder.appending("sky").string, "cannot make the folder: Not a directory",
        advice: "Make it writable, or name another folder with SKY_HOME.")
      #expect(throws: error) { try StateStore.open(SkyHome(in: folder)) }
    }
  }
}
