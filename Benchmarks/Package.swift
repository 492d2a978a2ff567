// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "asset-catalog-benchmarks",
  dependencies: [.package(name: "asset-catalog", path: "..")],
  targets: [
    .executableTarget(
      name: "AnswerLatency",
      dependencies: [.product(name: "AssetCatalog", package: "asset-catalog")],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
      ])
  ]
)
