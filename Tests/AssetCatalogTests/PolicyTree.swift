import CatalogTestSupport
import Foundation
import FreshnessRules
import ManifestModel
import Testing

@testable import AssetCatalog

/// A tree of one asset and a catalog of it with a clock of its own, for questions under a policy.
struct PolicyTree {
  static let asset = AssetIdentifier(name: "gold.kpi", id: "1")

  let tree: ScratchTree
  let catalog: Catalog

  init(now: Timestamp, tree: ScratchTree? = nil) throws {
    self.tree = try tree ?? ScratchTree()
    var options = Catalog.Options()
    options.now = { now }
    options.allowsFutureTimes = true
    options.inspectsArtifacts = false
    catalog = try Catalog(root: self.tree.root, options: options)
  }

  /// Records runs, each of which must be fit to be recorded.
  func record(_ reports: [RunReport]) throws {
    for result in try catalog.recordRuns(reports) { _ = try result.get() }
  }

  static func success(
    _ id: String, of asset: AssetIdentifier = asset, at time: Timestamp, milliseconds: Int64? = nil
  ) -> RunReport {
    let began = milliseconds.map { time.advanced(byMilliseconds: -$0) } ?? time
    return RunReport(
      .succeeded, of: asset, runID: id, startedAt: began, endedAt: time, durationMilliseconds: milliseconds)
  }

  static func failure(_ id: String, of asset: AssetIdentifier = asset, at time: Timestamp) -> RunReport {
    RunReport(.failed(RunError(message: "no")), of: asset, runID: id, startedAt: time, endedAt: time)
  }

  static func start(_ id: String, of asset: AssetIdentifier = asset, at time: Timestamp) -> RunReport {
    RunReport(.started, of: asset, runID: id, startedAt: time)
  }

  /// The policy of a text, with the zone files that the tests carry with them.
  static func policy(_ text: String) throws -> FreshnessPolicy {
    FreshnessPolicy(
      try PolicyReader.read(
        Array(text.utf8), zones: TimeZoneFolder(tzdir: ScratchTree.fixtures + "/policy/zoneinfo")))
  }

  /// A moment of an example.
  static func time(_ text: String) throws -> Timestamp {
    try #require(Timestamp(text), "'\(text)' is no time")
  }
}

/// A worked example of `Tests/Fixtures/policy/cases.json`.
struct WorkedCase: CustomTestStringConvertible, @unchecked Sendable {
  let fields: [String: Any]

  static func all(_ kind: String) -> [WorkedCase] {
    guard let data = FileManager.default.contents(atPath: ScratchTree.fixtures + "/policy/cases.json"),
      let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
      let cases = object[kind] as? [[String: Any]]
    else { fatalError("the worked examples cannot be read") }
    return cases.map { WorkedCase(fields: $0) }
  }

  var testDescription: String { "\(text("id") ?? ""): \(text("note") ?? "")" }

  func text(_ key: String) -> String? { fields[key] as? String }

  func number(_ key: String) -> Double? { (fields[key] as? NSNumber)?.doubleValue }

  func time(_ key: String) throws -> Timestamp? { try text(key).map { try PolicyTree.time($0) } }

  func times(_ key: String) throws -> [Timestamp] {
    try (fields[key] as? [String] ?? []).map { try PolicyTree.time($0) }
  }

  /// The policy whose only rule is that of the example, for all assets.
  func policy(adding more: [String: Any] = [:]) throws -> FreshnessPolicy {
    var rule = fields["rule"] as? [String: Any] ?? [:]
    rule["name"] = "*"
    rule.merge(more) { $1 }
    let data = try JSONSerialization.data(withJSONObject: ["rules": [rule]])
    return try PolicyTree.policy(String(decoding: data, as: UTF8.self))
  }
}
