import CatalogTestSupport
import Foundation
import Glibc
import ManifestModel
import ObjectStorage
import Testing

@testable import AssetCatalogCommand

/// What people type, and what others have written into a bucket, that nobody expects.
@Suite("A bucket of odd things, from the command line", .timeLimit(.minutes(5)))
struct OddBucketTests {
  typealias Scene = BucketCommandTests.Scene

  @Test(
    "an address with a password or a signature is refused, and not repeated",
    arguments: [
      "s3://AKID:SE/CRET@bucket/lake", "s3a://AKID:SE/CRET@bucket/lake", "S3://AKID:SE/CRET@bucket",
      "simplecache::s3://AKID:SE/CRET@bucket/lake", "https://user:SE/CRET@host/lake", "gs://user:SE/CR@ET@bucket",
      "https://bucket.s3.amazonaws.com/lake?X-Amz-Signature=SE/CRET", "abfs://a@b/c?sig=SE/CRET",
    ])
  func secretAddress(_ address: String) throws {
    let scratch = try CommandScratch()
    for (arguments, environment) in [(["--root", address], [:]), ([], ["FILESYSTEM_URL": address])] {
      let run = try scratch.run(["list", "--verbose"] + arguments, environment: environment)
      #expect(run.status == 66 && run.output.isEmpty, "\(run)")
      #expect(run.errors.contains("s3://") && run.errors.contains("…"), "\(run.errors)")
      for secret in ["SE", "CR", "ET@"] { #expect(!run.errors.contains(secret), "\(run.errors)") }
    }
  }

  @Test("a store that says nothing keeps nobody from ending a command", arguments: [SIGINT, SIGTERM])
  func silentStore(number: Int32) throws {
    let scene = try Scene(fills: false)
    scene.bucket.setTrouble { _ in .silence }
    let words =
      try [CommandScratch.program(), "exec", "--root", scene.root, "--name", "a", "--id", "1", "--"]
      + ["/bin/sh", "-c", "echo began"]
    let run = try SpawnedProgram(
      .group, words, environment: scene.environment.merging(["XDG_CACHE_HOME": scene.scratch.folder.path]) { $1 })
    while scene.bucket.server.requests.isEmpty { usleep(1_000) }
    kill(run.process, number)
    #expect(try run.wait() == .signalled(number))
    // The beginning, and the end that was asked for.
    #expect(scene.bucket.server.requests.count == 2)
  }

  @Test("an artifact that no store can have is missing, and hides no other")
  func oddArtifacts() throws {
    let scene = try Scene()
    let long = String(repeating: "k", count: 2_000)
    for (name, path) in [("dots", "a/../gold.csv"), ("dot", "./a/./b.csv"), ("long", long), ("plain", "none.csv")] {
      let asset = AssetIdentifier(name: name, id: "1")
      var manifest = Manifest(asset: asset)
      manifest.lastArtifacts = [path]
      scene.bucket.shelf.put(ManifestCodec.encode(manifest), at: Array(MetadataLayout().manifestPath(asset).utf8))
    }
    scene.bucket.shelf.put(Array("a".utf8), at: Array("gold.csv".utf8))
    scene.bucket.setTrouble { request in
      if request.path.contains("/../") || request.path.contains("/./") { return .error(400, "InvalidRequest") }
      return request.path.contains(long) ? .error(400, "KeyTooLongError") : nil
    }
    let run = try scene.run("artifacts", "--missing", "--max-lag", "0s", "--format", "json")
    #expect(run.status == 1, "\(run)")
    let names = try run.rows().map { "\($0["asset_name"] ?? "")" }
    #expect(Set(names) == ["dots", "dot", "long", "plain"], "\(run.output)")
  }

  @Test("a name that can be none is a problem that says why")
  func oddNames() throws {
    let scene = try Scene()
    let reasons = [
      "asset_name=..": "stands for another folder", "asset_name=.": "stands for another folder",
      "asset_name=": "is empty", "asset_name=a\0b": "holds a NUL", "asset_name=gold/asset_id=..": "stands for another",
    ]
    for folder in reasons.keys {
      let rest = folder.contains("asset_id") ? "manifest.json" : "asset_id=1/manifest.json"
      scene.bucket.shelf.put(Array("{}".utf8), at: Array("_asset_metadata/\(folder)/\(rest)".utf8))
    }
    let run = try scene.run("problems", "--max-lag", "0s", "--format", "json")
    let messages = try run.rows().map { "\($0["message"] ?? "")" }
    #expect(messages.count == reasons.count, "\(run.output)")
    for reason in reasons.values { #expect(messages.contains { $0.contains(reason) }, "\(run.output)") }
  }
}
