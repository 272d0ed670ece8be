import Foundation
import GRDB

/// What new nodes of a cluster have to be. Kept, so that a start asks for what the launch asked for.
public struct NodeRequest: Codable, Equatable, Sendable {
  /// Each node has to meet one of these; anything does when empty.
  public var requirements: [Requirements]
  /// Options of the batch system.
  public var options: [BatchOption]

  public init(_ requirements: [Requirements], options: [BatchOption]) {
    self.requirements = requirements
    self.options = options
  }

  /// Any node will do.
  var isOpen: Bool {
    options.isEmpty
      && requirements.allSatisfy {
        $0.cpus == nil && $0.memory == nil && $0.accelerators.isEmpty
      }
  }
}

extension Schema {
  static func registerRequests(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("what nodes have to be, when they end themselves") { database in
      try database.execute(
        sql: """
          CREATE TABLE node_request (
            cluster TEXT NOT NULL PRIMARY KEY REFERENCES cluster(name) ON DELETE CASCADE,
            request TEXT NOT NULL
          ) STRICT;
          CREATE TABLE autostop (
            cluster TEXT NOT NULL PRIMARY KEY REFERENCES cluster(name) ON DELETE CASCADE,
            idle_minutes INTEGER NOT NULL,
            since TEXT NOT NULL
          ) STRICT;
          """)
    }
  }
}

extension StateStore {
  /// What the nodes of a cluster were asked to be; nil when nobody asked for anything.
  public func request(of cluster: String) async throws(StateError) -> NodeRequest? {
    try await read { database in
      try Row.fetchOne(
        database, sql: "SELECT request FROM node_request WHERE cluster = ?", arguments: [cluster]
      )?.parse("request") { try? JSONDecoder().decode(NodeRequest.self, from: Data($0.utf8)) }
    }
  }

  public func save(_ request: NodeRequest, of cluster: String) async throws(StateError) {
    try await write { database in
      let text = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
      try database.execute(
        sql: "INSERT OR REPLACE INTO node_request VALUES (?, ?)", arguments: [cluster, text])
    }
  }
}
