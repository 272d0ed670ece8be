// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

let package = Package(
  name: "sky",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "sky", targets: ["sky"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    .systemLibrary(name: "CLibSSH2", pkgConfig: "libssh2", providers: [.apt(["libssh2-1-dev"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(name: "CIsal", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(
      name: "Templates", dependencies: [mustache], path: "Templates",
      resources: [.embedInCode("files")], swiftSettings: strict),
    .target(
      name: "HostBook", dependencies: ["Templates", systemPackage],
      swiftSettings: strict),
    .target(
      name: "SkySync",
      dependencies: ["HostBook", "CLibSSH2", "CArchive", "CIsal", "CZstd", systemPackage],
      swiftSettings: strict),
    .target(
      name: "Clusters",
      dependencies: ["SkySync", "HostBook", "Templates", "Yams", grdb, subprocess, systemPackage],
      swiftSettings: strict),
    .executableTarget(
      name: "sky", dependencies: ["Clusters", argumentParser, systemPackage], swiftSettings: strict),
    .target(
      name: "Support", dependencies: ["HostBook", "SkySync", systemPackage, subprocess],
      path: "Tests/Support", swiftSettings: strict),
    .testTarget(
      name: "HostBookTests", dependencies: ["HostBook", "Support"], exclude: ["Resources"],
      swiftSettings: strict),
    .testTarget(name: "SkySyncTests", dependencies: ["SkySync", "Support"], swiftSettings: strict),
    .testTarget(
      name: "ClustersTests", dependencies: ["Clusters", "Support"], swiftSettings: strict),
    .testTarget(name: "SkyTests", dependencies: ["sky", "Support"], swiftSettings: strict),
    .testTarget(
      name: "IntegrationTests", dependencies: ["Clusters", "Support"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
