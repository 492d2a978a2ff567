// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "asset-catalog-benchmarks",
  dependencies: [.package(name: "asset-catalog", path: "..")],
  targets: [
    .executableTarget(
      name: "AnswerLatency",
      dependencies: [.product(name: "AssetCatalog", package: "asset-catalog")],
      swiftSettings: settings),
    .executableTarget(
      name: "RecordSpeed",
      dependencies: [.product(name: "AssetCatalog", package: "asset-catalog")],
      swiftSettings: settings),
  ]
)
