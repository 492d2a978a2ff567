// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// What the package manager calls the package above, by its folder, as the compiler wants it.
let catalogIdentity: String = {
  let folder = Context.packageDirectory.split(separator: "/").dropLast().last ?? ""
  return String(folder.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
}()

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
    // It uses the client of the catalog's own buckets, which is no part of what the library offers.
    .executableTarget(
      name: "BareListing",
      dependencies: [.product(name: "AssetCatalog", package: "asset-catalog")],
      packageAccess: false,
      swiftSettings: settings + [.unsafeFlags(["-package-name", catalogIdentity])]),
  ]
)
