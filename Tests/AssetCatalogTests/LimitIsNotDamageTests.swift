import AssetCatalog
import CatalogTestSupport
import ManifestModel
import Testing

/// Files that mad_prefect reads, and that are odd, large or deep. A record may add to them or leave them alone; it
/// never writes them anew as if they had been damaged.
@Suite("A limit of the catalog is not damage")
struct LimitIsNotDamageTests {
  private let scratch: ScratchTree
  private let asset = AssetIdentifier(name: "n", id: "a1")
  private let warnings = Warnings()

  init() throws {
    scratch = try ScratchTree()
    try scratch.makeFolder(.name("n"))
    try scratch.makeFolder(.asset("n", "a1"))
  }

  private var catalog: Catalog {
    get throws {
      var options = Catalog.Options()
      options.onWarning = { [warnings] in warnings.add($0) }
      return try Catalog(root: scratch.root, options: options)
    }
  }

  private static let keptMembers: [(String, String)] = [
    (field("lineage", nested(69)), "lineage"),
    (field("lineage", nested(994)), "lineage"),
    (field("lineage", nested(999)), "lineage"),
    (field("n", String(repeating: "9", count: 5_000)), "n"),
    (field("n", "1e999"), "n"),
    (field("n", "NaN"), "n"),
    (field("n", "-Infinity"), "n"),
    (field("t", long(3 << 20)), "t"),
    (field("a", "[" + Array(repeating: long(1), count: 200_000).joined(separator: ",") + "]"), "a"),
    (#""asset_signature": 1, "asset_signature": "sig", "d": 1, "d": 2"#, "d"),
    (#""last_error": "\ud800""#, "last_error"),
    (field("last_artifacts", "[\"bronze/n.parquet\", " + long(10_000) + "]"), "last_artifacts"),
  ]

  private static let refusedMembers: [(String, String)] = [
    (field("lineage", nested(1_000)), "1000 levels"),
    (field("lineage", nested(200_000)), "1000 levels"),
    (field("t", long(16 << 20)), "16 MiB"),
  ]

  private static let keptRuns: [String] = [
    wrapped(run(field("x", nested(998)))),
    run(field("x", nested(998))),
    run(field("x", nested(70))),
    run(field("x", String(repeating: "9", count: 5_000))),
    #"{"duration_miliseconds": 99999999999999999999, "runtime": "2026-11-20T00:00:00Z", "parameters": "{}", "x": 1}"#,
  ]

  private static let refusedRuns: [String] = [
    wrapped(run(field("x", nested(999)))),
    run(field("x", nested(999))),
    run(field("x", "1"), runtime: "0001-01-01T00:00:00+14:00"),
    run(field("x", "1"), runtime: "9999-12-31T23:00:00-02:00"),
    #"{"__class__": "ours.Run", "data": \#(run(field("x", "1")))}"#,
    run(field("x", long(16 << 20))),
  ]

  private static func field(_ key: String, _ value: String) -> String { "\"\(key)\": \(value)" }

  private static func long(_ count: Int) -> String { "\"\(String(repeating: "x", count: count))\"" }

  private static func nested(_ levels: Int) -> String {
    String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
  }

  private static func manifest(_ member: String) -> String {
    """
    {"manifest_version": "1", "asset_name": "n", "asset_id": "a1", "asset_signature": "sig",
    "last_materialized": "2026-11-20T00:00:00Z", "last_run": null, "last_status": "success", "last_error": null,
    "last_artifacts": ["bronze/n.parquet"], "updated_at": "2026-11-20T00:00:00Z", "before": 1,
    \(member), "after": {"a": [1]}}
    """
  }

  @Test(
    "a manifest is kept, with all that it knows",
    arguments: keptMembers)
  func kept(member: String, key: String) throws {
    try scratch.write(Self.manifest(member), to: .manifest("n", "a1"))
    try catalog.finishRun("r2", of: asset, error: RunError(message: "x"))
    #expect(warnings.all == [])
    let written = try ManifestCodec.decodeManifest(try #require(scratch.read(.manifest("n", "a1"))))
    #expect(written.signature == "sig")
    #expect(written.lastMaterialized == Timestamp("2026-11-20T00:00:00Z"))
    #expect(written.lastArtifacts.first == "bronze/n.parquet")
    #expect(written.lastStatus == .failed)
    #expect(written.unknownFields.first?.key == "before")
    #expect(written.unknownFields.last?.key == "after")
    if !key.hasPrefix("last_") { #expect(written.unknownFields.map(\.key) == ["before", key, "after"]) }
    // It is in the index, too.
    #expect(try catalog.assets().rows.map(\.signature) == ["sig"])
    #expect(try catalog.problems().rows.map(\.kind) == [])
  }

  @Test(
    "a manifest beyond a limit is left alone, with an error that names the limit",
    arguments: refusedMembers)
  func leftAlone(member: String, limit: String) throws {
    let text = Self.manifest(member)
    try scratch.write(text, to: .manifest("n", "a1"))
    let error = #expect(throws: CatalogError.self) {
      try catalog.finishRun("r2", of: asset, error: RunError(message: "x"))
    }
    #expect(error?.code == .cannotWrite)
    #expect(error?.message.contains(limit) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("left alone") == true)
    #expect(scratch.read(.manifest("n", "a1")) == Array(text.utf8))
    #expect(try catalog.problems().rows.map(\.kind) == [.tooLarge])
  }

  @Test("a manifest of another class or version is left alone: whoever knows it may read it", arguments: 0..<3)
  func foreignManifest(index: Int) throws {
    let good = Self.manifest(#""x": 1"#)
    let text = [
      #"{"__class__": "ours.Manifest", "data": \#(good)}"#, good.replacing(#"version": "1""#, with: #"version": "2""#),
      good.replacing(#"version": "1""#, with: #"version": 2"#),
    ][index]
    #expect(text != good)
    try scratch.write(text, to: .manifest("n", "a1"))
    let error = #expect(throws: CatalogError.self) { try catalog.finishRun("r2", of: asset) }
    #expect(error?.code == .cannotWrite)
    #expect(scratch.read(.manifest("n", "a1")) == Array(text.utf8))
  }

  private static func run(_ member: String, runtime: String = "2026-11-20T00:00:00Z") -> String {
    """
    {"id": "r1", "runtime": "\(runtime)", "materialized": null, "duration_miliseconds": null, "asset_id": "a1",
    "asset_name": "n", "asset_path": "p", "parameters": "{}", \(member)}
    """
  }

  private static func wrapped(_ run: String) -> String {
    #"{"__class__": "mad_prefect.data_assets.data_asset_run.DataAssetRun", "data": \#(run)}"#
  }

  @Test(
    "the metadata of a run is kept, with the fields that nobody knows",
    arguments: keptRuns)
  func runKept(text: String) throws {
    try scratch.makeFolder(.runFolder("n", "a1", "r1"))
    try scratch.write(text, to: .run("n", "a1", "r1"))
    try catalog.finishRun("r1", of: asset)
    #expect(warnings.all == [])
    let written = try ManifestCodec.decodeRunMetadata(try #require(scratch.read(.run("n", "a1", "r1"))))
    #expect(written.unknownFields.map(\.key) == ["x"])
    #expect(written.startedAt == Timestamp("2026-11-20T00:00:00Z"))
    #expect(written.parameters == "{}")
  }

  @Test(
    "the metadata of a run beyond a limit is left alone",
    arguments: refusedRuns)
  func runLeftAlone(text: String) throws {
    try scratch.makeFolder(.runFolder("n", "a1", "r1"))
    try scratch.write(text, to: .run("n", "a1", "r1"))
    let error = #expect(throws: CatalogError.self) { try catalog.finishRun("r1", of: asset) }
    #expect(error?.code == .cannotWrite)
    #expect(error?.message.contains("left alone") == true)
    #expect(scratch.read(.run("n", "a1", "r1")) == Array(text.utf8))
    #expect(scratch.read(.manifest("n", "a1")) == nil)
  }
}
