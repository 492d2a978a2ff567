import CatalogTestSupport
import Foundation
import ManifestModel
import Testing

/// Keys of an event feed, from the command line.
@Suite("reconcile --keys-from", .timeLimit(.minutes(2)))
struct KeysFromTests {
  typealias Scene = BucketCommandTests.Scene

  private static let prefix = "lake/_asset_metadata/asset_name="

  @Test("reads what keys and URLs name, passes over the rest, and makes the index no younger")
  func bucket() throws {
    let scene = try Scene()
    let before = try scene.run("list", "--no-reconcile", "--format", "json").object()["as_of"] as? String
    scene.put("gold", "2")
    scene.put("silver", "1")
    scene.put("bronze", "1", materialized: 1_790_000_001_000_000)
    scene.put("bronze-old", "1", materialized: 1_790_000_001_000_000)
    let gone = MetadataLayout().manifestPath(AssetIdentifier(name: "gold", id: "1"))
    scene.bucket.shelf.remove(Array(gone.utf8))
    let lines = [
      "\(Self.prefix)gold/asset_id=2/manifest.json", "s3://bucket/\(Self.prefix)bronze/asset_id=1/manifest.json\r", "",
      "\(Self.prefix)gold/asset_id=1/manifest.json", "\(Self.prefix)gold/asset_id=2/manifest.json",
      // Of other trees, and of no file of the catalog.
      "s3://other/\(Self.prefix)silver/asset_id=1/manifest.json",
      "elsewhere/\(Self.prefix)silver/asset_id=1/manifest.json",
      "\(Self.prefix)silver/asset_id=1/other.json", "lake/data.parquet",
    ]
    let asked = scene.bucket.server.requests.count
    let run = try scene.run("reconcile", "--keys-from", "-", input: lines.joined(separator: "\n") + "\n")
    #expect(run.status == 0, "\(run)")
    #expect(run.output.hasPrefix("1 asset added, 1 changed, 1 removed, 0 unchanged;"), "\(run.output)")
    #expect(run.errors.contains("4 keys of standard input name no file of the catalog"), "\(run.errors)")
    let requests = scene.bucket.server.requests[asked...]
    #expect(requests.count == 3 && requests.allSatisfy { !BucketServer.isListing($0) })
    let one = try scene.run("reconcile", "--keys-from", "-", input: "lake/data.parquet\n")
    #expect(one.errors.contains("1 key of standard input names no file of the catalog."), "\(one.errors)")
    let after = try scene.run("list", "--no-reconcile", "--format", "json")
    #expect(try after.object()["as_of"] as? String == before)
    let found = try after.rows().map {
      "\($0["asset_name"] ?? "") \($0["asset_id"] ?? "") \($0["last_materialized"] ?? "")"
    }
    #expect(
      found == [
        "bronze 1 2026-09-21T14:13:21Z", "bronze-old 1 2026-09-21T14:13:20Z", "gold 2 2026-09-21T14:13:20Z",
      ], "\(found)")
    let whole = try scene.run("reconcile")
    #expect(whole.output.hasPrefix("1 asset added, 1 changed, 0 removed"), "\(whole.output)")
  }

  @Test("says how many lines cannot be keys, and reads the others")
  func badLines() throws {
    let scene = try Scene()
    scene.put("gold", "2")
    let path = scene.scratch.folder.appending(path: "keys").path
    var bytes = Data("s3://\ns3:///\ns3://bucket\n\(Self.prefix)gold/asset_id=2/manifest.json\n".utf8)
    bytes += [0xFF, 0x0A]
    try bytes.write(to: URL(filePath: path))
    let run = try scene.run("reconcile", "--keys-from", path)
    #expect(run.status == 65 && run.output.hasPrefix("1 asset added"), "\(run)")
    #expect(run.errors.contains("4 lines of '\(path)' cannot be keys"), "\(run.errors)")
    #expect(run.errors.count { $0.isNewline } == 1)
  }

  @Test("takes paths of a folder, relative and absolute, each ended by a NUL where that is said")
  func folder() throws {
    let scratch = try CommandScratch(.copy)
    #expect(try scratch.run("reconcile").status == 0)
    let before = try scratch.run("list", "--no-reconcile", "--format", "json").object()["as_of"] as? String
    let names = ["new\nname", "other", "absolute"]
    for name in names {
      let text = ManifestText(name: name, id: "1", signature: "s", updatedAt: 1_790_000_000_000_000).text
      _ = try scratch.file("storage/_asset_metadata/asset_name=\(name)/asset_id=1/manifest.json", text)
    }
    let paths = names.map { "_asset_metadata/asset_name=\($0)/asset_id=1/manifest.json" }
    let keys = [paths[0], "./\(paths[1])", "\(scratch.root.path)/\(paths[2])", "/elsewhere/\(paths[2])"]
    let run = try scratch.run(
      ["reconcile", "--keys-from", "-", "-0", "--root", scratch.root.path], input: keys.joined(separator: "\0"))
    #expect(run.status == 0 && run.output.hasPrefix("3 assets added, 0 changed, 0 removed"), "\(run)")
    let list = try scratch.run("list", "--no-reconcile", "--format", "json")
    #expect(try Set(list.rows().compactMap { $0["asset_name"] as? String }).isSuperset(of: names))
    #expect(try list.object()["as_of"] as? String == before)
    #expect(try scratch.run("reconcile").output.hasPrefix("0 assets added, 0 changed, 0 removed"))
  }

  @Test(
    "refuses what makes no sense",
    arguments: [
      (["--null"], 64, "--keys-from"), (["--keys-from", ""], 64, "--keys-from is empty"),
      (["--keys-from", "-", "--full"], 64, "--full"), (["--keys-from", "-", "--dry-run"], 64, "--dry-run"),
      (["--keys-from", "nothing.txt"], 65, "nothing.txt"),
    ] as [([String], Int32, String)])
  func usage(arguments: [String], status: Int32, hint: String) throws {
    let scratch = try CommandScratch(.copy)
    let run = try scratch.run(["reconcile"] + arguments + ["--root", scratch.root.path])
    #expect(run.status == status && run.errors.contains(hint), "\(run)")
  }
}
