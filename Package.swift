// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every target: language mode 6, explicit existentials and imports, no warning left standing.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// Whether `Scripts/fuzz` builds the tests' targets as one program around libFuzzer, which brings a `main` of its own.
let isFuzzing = Context.environment["ASSET_CATALOG_FUZZING"] == "1"

let package = Package(
  name: "asset-catalog",
  products: [
    .executable(name: "asset-catalog", targets: ["AssetCatalogCommand"]),
    .library(name: "AssetCatalog", targets: ["AssetCatalog"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // Layer 7: the command line.
    .executableTarget(
      name: "AssetCatalogCommand",
      dependencies: [
        "AssetCatalog",
        "CLinux",
        "FreshnessRules",
        "LinuxSystem",
        "ManifestModel",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    // Layer 6: the library that schedulers use.
    .target(
      name: "AssetCatalog",
      dependencies: [
        "ArtifactInspection", "CatalogIndex", "CatalogReconciler", "FreshnessRules", "LinuxSystem", "LocalTree",
        "ManifestModel", "ManifestStore", "ObjectStorage", "ObjectTree", "SQLiteDatabase", "StoredTree",
      ],
      swiftSettings: settings),

    // Layer 5: the one place where truth and mirror meet.
    .target(
      name: "CatalogReconciler",
      dependencies: ["CatalogIndex", "LinuxSystem", "ManifestModel", "ManifestStore", "StoredTree"],
      swiftSettings: settings),

    // Layer 4: the truth and, apart from it, the mirror.
    .target(
      name: "CatalogIndex",
      dependencies: [
        "CatalogMigrations", "FreshnessRules", "LinuxSystem", "ManifestModel", "SQLiteDatabase", "StoredTree",
      ],
      swiftSettings: settings),
    .target(
      name: "ManifestStore", dependencies: ["LinuxSystem", "ManifestModel", "StoredTree"], swiftSettings: settings),

    // Layer 3: a tree in a file system, and one in a store of objects.
    .target(
      name: "LocalTree", dependencies: ["CLinux", "LinuxSystem", "ManifestModel", "StoredTree"],
      swiftSettings: settings),
    .target(
      name: "ObjectTree", dependencies: ["LinuxSystem", "ManifestModel", "ObjectStorage", "StoredTree"],
      swiftSettings: settings),

    // Layer 2: what a file that a run wrote tells about itself; until when an asset is good; signed HTTP to a bucket;
    // SQLite, owned and strict; what every storage of a tree is asked.
    .target(name: "ArtifactInspection", dependencies: ["LinuxSystem", "ManifestModel"], swiftSettings: settings),
    .target(name: "FreshnessRules", dependencies: ["CYAML", "LinuxSystem", "ManifestModel"], swiftSettings: settings),
    .target(name: "ObjectStorage", dependencies: ["CCurl", "LinuxSystem", "ManifestModel"], swiftSettings: settings),
    .target(name: "SQLiteDatabase", dependencies: ["CSQLite", "LinuxSystem"], swiftSettings: settings),
    .target(name: "StoredTree", dependencies: ["LinuxSystem", "ManifestModel"], swiftSettings: settings),

    // Layer 1: values, numbered SQL, and what Linux says of files.
    .target(name: "LinuxSystem", dependencies: ["CLinux"], swiftSettings: settings),
    .target(name: "ManifestModel", swiftSettings: settings),
    .target(
      name: "CatalogMigrations",
      path: "Migrations",
      resources: [
        .embedInCode("v001_catalog.sql"), .embedInCode("v002_smaller_rows.sql"), .embedInCode("v003_true_answers.sql"),
        .embedInCode("v004_page_checksums.sql"),
      ],
      swiftSettings: settings),

    // Layer 0: C headers.
    .systemLibrary(name: "CCurl"),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

    // Tests, and what they share.
    .target(name: "CFaultySQLite", dependencies: ["CSQLite"], path: "Tests/CFaultySQLite"),
    .target(
      name: "CatalogTestSupport",
      dependencies: ["LinuxSystem", "LocalTree", "ManifestModel", "ObjectStorage", "StoredTree"],
      path: "Tests/CatalogTestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "ArtifactInspectionTests",
      dependencies: ["ArtifactInspection", "ManifestModel"],
      swiftSettings: settings),
    .testTarget(
      name: "FreshnessRulesTests",
      dependencies: ["CatalogTestSupport", "FreshnessRules", "ManifestModel", "SQLiteDatabase"],
      swiftSettings: settings),
    .testTarget(
      name: "ManifestModelTests",
      dependencies: ["ManifestModel"],
      swiftSettings: settings),
    .testTarget(name: "LinuxSystemTests", dependencies: ["LinuxSystem"], swiftSettings: settings),
    .testTarget(
      name: "ObjectStorageTests",
      dependencies: ["CCurl", "CatalogTestSupport", "LinuxSystem", "ManifestModel", "ObjectStorage"],
      swiftSettings: settings),
    .testTarget(
      name: "SQLiteDatabaseTests",
      dependencies: ["CatalogTestSupport", "SQLiteDatabase"],
      swiftSettings: settings),
    .testTarget(
      name: "ManifestStoreTests",
      dependencies: ["CatalogTestSupport", "LinuxSystem", "LocalTree", "ManifestModel", "ManifestStore", "StoredTree"],
      swiftSettings: settings),
    .testTarget(
      name: "CatalogIndexTests",
      dependencies: [
        "CatalogIndex", "CatalogMigrations", "CatalogTestSupport", "LinuxSystem", "ManifestModel", "SQLiteDatabase",
        "StoredTree",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "CatalogReconcilerTests",
      dependencies: [
        "CFaultySQLite", "CatalogIndex", "CatalogMigrations", "CatalogReconciler", "CatalogTestSupport", "LinuxSystem",
        "LocalTree", "ManifestModel", "ManifestStore", "ObjectStorage", "ObjectTree", "SQLiteDatabase", "StoredTree",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "AssetCatalogTests",
      dependencies: [
        "AssetCatalog", "CatalogTestSupport", "FreshnessRules", "LinuxSystem", "LocalTree", "ManifestModel",
        "ManifestStore", "ObjectStorage", "SQLiteDatabase",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "AssetCatalogCommandTests",
      dependencies: [
        "AssetCatalog",
        "AssetCatalogCommand",
        "CatalogTestSupport",
        "FreshnessRules",
        "LinuxSystem",
        "ManifestModel",
        "ObjectStorage",
        "SQLiteDatabase",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
  ]
)

// What is given bytes that others wrote, with examples: a suite of tests or, for `Scripts/fuzz`, a program.
let fuzzDependencies: [Target.Dependency] = [
  "ArtifactInspection", "AssetCatalog", "AssetCatalogCommand", "CatalogTestSupport", "FreshnessRules", "ManifestModel",
  "ObjectStorage", "SQLiteDatabase",
]
if isFuzzing {
  package.products = []
  package.targets.removeAll { $0.type == .test }
  package.targets = package.targets.map { target in
    guard target.type == .executable else { return target }
    return .target(
      name: target.name, dependencies: target.dependencies, exclude: ["Main.swift"], swiftSettings: settings)
  }
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: fuzzDependencies, path: "Tests/FuzzTests", exclude: ["Corpora", "CorpusTests.swift"],
      swiftSettings: settings))
} else {
  package.targets.append(
    .testTarget(
      name: "FuzzTests", dependencies: fuzzDependencies, exclude: ["Corpora", "Driver.swift"], swiftSettings: settings))
}
