import CatalogTestSupport
import Foundation
import ManifestModel
import ObjectStorage
import Testing

/// What people meet whose root is in a bucket, by the built program and over HTTP.
@Suite("A root in a bucket, from the command line", .timeLimit(.minutes(5)))
struct BucketCommandTests {
  typealias Request = LocalServer.Request
  typealias Answer = LocalServer.Answer

  /// What must stand in no output.
  static let secrets = ["wJalrXUtnFEMI-SECRET", "TOKEN-SECRET-cUNV"]

  /// A bucket with three assets, and the program with an index that knows them.
  final class Scene {
    let scratch: CommandScratch
    let bucket: BucketServer
    let root = "s3://bucket/lake"
    /// The rows of the index as it was filled.
    var before = ""

    init(fills: Bool = true) throws {
      scratch = try CommandScratch()
      bucket = try BucketServer(ObjectShelf(order: .components, pageSize: 2))
      for (name, id) in [("bronze", "1"), ("bronze-old", "1"), ("gold", "1")] { put(name, id) }
      if fills {
        let filled = try run("reconcile")
        try #require(filled.status == 0, "\(filled.errors)")
        before = try rows()
      }
    }

    func put(_ name: String, _ id: String, materialized: Int64 = 1_790_000_000_000_000) {
      let asset = AssetIdentifier(name: name, id: id)
      var text = ManifestText(name: name, id: id, signature: "s", updatedAt: materialized)
      text.lastMaterialized = materialized
      bucket.shelf.put(Array(text.text.utf8), at: Array(MetadataLayout().manifestPath(asset).utf8))
    }

    var environment: [String: String] {
      [
        "AWS_ENDPOINT_URL": bucket.server.url, "AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": secrets[0],
        "AWS_SESSION_TOKEN": secrets[1], "AWS_EC2_METADATA_DISABLED": "true", "no_proxy": "127.0.0.1,localhost",
        "ASSET_CATALOG_INDEX": "",
      ]
    }

    func run(_ arguments: String..., with changes: [String: String] = [:], input: String = "") throws -> CommandRun {
      try run(arguments, with: changes, input: input)
    }

    func run(_ arguments: [String], with changes: [String: String] = [:], input: String = "") throws -> CommandRun {
      let run = try scratch.run(
        arguments + ["--root", root, "--index", scratch.folder.appending(path: "bucket.sqlite").path],
        environment: environment.merging(changes) { $1 }, input: input)
      for secret in secrets {
        #expect(!run.output.contains(secret) && !run.errors.contains(secret), "\(arguments)")
      }
      return run
    }

    /// What the index says, without a look at the bucket.
    func rows() throws -> String {
      try ["list", "problems"].map { try run($0, "--no-reconcile", "--format", "csv").output }.joined()
    }
  }

  @Test("reading fits itself to the descriptors that it may open", arguments: [64, 256])
  func descriptors(limit: Int) throws {
    let scene = try Scene(fills: false)
    for number in 0..<300 { scene.put("n\(number)", "1") }
    let command = { (name: String) in
      try scene.scratch.run(
        ["-c", "ulimit -n \(limit); exec \"$program\" \(name) --root \(scene.root) --index \"$index\""],
        program: "/bin/sh",
        environment: scene.environment.merging([
          "program": try CommandScratch.program(), "index": scene.scratch.folder.appending(path: "bucket.sqlite").path,
        ]) { $1 })
    }
    let first = try command("reconcile")
    #expect(first.status == 0, "\(first.errors.prefix(500))")
    let names = {
      try scene.run("list", "--no-reconcile", "--format", "csv").output.split(separator: "\r\n").dropFirst().map {
        String($0.prefix { $0 != "," })
      }
    }
    let before = try names()
    #expect(before.count == 303)
    // What cannot be read is looked for in the index, which each thread opens for itself.
    for key in scene.bucket.shelf.keys { scene.bucket.shelf.put(Array("{".utf8), at: key) }
    for name in ["reconcile", "rebuild"] {
      let run = try command(name)
      #expect(run.status == 0, "\(run.errors.prefix(500))")
    }
    #expect(try names() == before)
  }

  /// One kind of trouble.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var status: Int32
    /// What stands in the sentence.
    var hint: String
    var changes: [String: String] = [:]
    var answer: @Sendable (Request) -> Answer?

    init(
      _ name: String, _ status: Int32, _ hint: String, _ changes: [String: String] = [:],
      _ answer: @escaping @Sendable (Request) -> Answer? = { _ in nil }
    ) {
      (testDescription, self.status, self.hint, self.changes, self.answer) = (name, status, hint, changes, answer)
    }
  }

  /// What a page that is no answer of a store looks like; one sends back what it was asked with.
  private static let page = "<!DOCTYPE html><html><body><h1>Sign in</h1>\(secrets[0])</body></html>"

  private static let cases: [Case] = [
    Case("a bucket that is not there", 66, "no bucket bucket") { _ in .error(404, "NoSuchBucket") },
    Case("a listing that is refused", 74, "refuses it (AccessDenied)") {
      BucketServer.isListing($0) ? .error(403, "AccessDenied") : nil
    },
    Case("a refusal without a word", 74, "status 403") { _ in .text(403, [:], "") },
    Case("a key that the store does not know", 74, "does not know the access key") { _ in
      .error(403, "InvalidAccessKeyId")
    },
    Case("a secret that is wrong", 74, "does not go with the access key") { _ in .error(403, "SignatureDoesNotMatch") },
    Case("a session that has ended", 74, "has ended (ExpiredToken)") { _ in .error(400, "ExpiredToken") },
    Case("another region, of which the store does not say which", 66, "Set AWS_REGION") { _ in
      .error(301, "PermanentRedirect")
    },
    Case("another region that the store names again and again", 66, "Set AWS_REGION") { request in
      let region = request.headers["authorization"]?.contains("/eu-west-9/") == true ? "us-east-9" : "eu-west-9"
      return .error(301, "PermanentRedirect", ["x-amz-bucket-region": region])
    },
    Case("a region that is none", 66, "AWS_REGION", ["AWS_REGION": "over there"]),
    Case("an endpoint that is none", 66, "AWS_ENDPOINT_URL", ["AWS_ENDPOINT_URL": "ftp://store"]),
    Case("a host without a store", 74, "nothing answers there", ["AWS_ENDPOINT_URL": "http://127.0.0.1:1"]),
    Case("a host that has no name", 74, "not known", ["AWS_ENDPOINT_URL": "http://store.invalid"]),
    Case("a proxy that asks people to sign in", 74, "see to its proxy") { _ in
      .text(200, ["content-type": "text/html"], page)
    },
    Case("a proxy that has lost its server", 74, "status 502") { _ in .text(502, ["content-type": "text/html"], page) },
    Case("a proxy that knows no such page", 74, "does not answer as S3 does") { _ in .text(404, [:], page) },
    Case("a listing that is cut off", 74, "see to its proxy") { _ in
      .text(200, [:], "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>")
    },
    Case("a listing that ends too early", 74, "see to its proxy") { _ in
      .text(200, [:], "<?xml version=\"1.0\"?><ListBucketResult></ListBucketResult>")
    },
    Case("an answer that breaks off", 74, "the connection broke") { _ in
      .cut(200, [:], body: Array("<ListBucketResult>".utf8), promised: 10_000)
    },
    Case("no credentials", 74, "credentials", ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""]),
    Case("half of the credentials", 74, "AWS_SECRET_ACCESS_KEY", ["AWS_SECRET_ACCESS_KEY": ""]),
    Case("a profile that is not there", 66, "no profile nobody", ["AWS_PROFILE": "nobody", "AWS_ACCESS_KEY_ID": ""]),
  ]

  @Test("each kind of trouble is one sentence and its status, changes no index and tells no secret", arguments: cases)
  func trouble(_ trouble: Case) throws {
    let scene = try Scene()
    scene.put("gold", "2")
    scene.bucket.shelf.remove(Array(MetadataLayout().manifestPath(AssetIdentifier(name: "bronze", id: "1")).utf8))
    scene.bucket.setTrouble(trouble.answer)
    // One that brings the index up to date, one that asks, one that has no index yet.
    let commands = [["reconcile"], ["list", "--max-lag", "0s"], ["rebuild"]]
    for command in commands {
      let run = try scene.run(command, with: trouble.changes)
      expectSentence(run, trouble.status, trouble.hint)
      #expect(try scene.rows() == scene.before)
    }
    let fresh = try Scene(fills: false)
    fresh.bucket.setTrouble(trouble.answer)
    expectSentence(try fresh.run(["stale"], with: trouble.changes), trouble.status, trouble.hint)
    scene.bucket.setTrouble { _ in nil }
    let mended = try scene.run("reconcile")
    #expect(mended.output.contains("1 asset added, 0 changed, 1 removed"), "\(mended.output) \(mended.errors)")
  }

  @Test(
    "a certificate that is not trusted is one sentence, and no index changes",
    .enabled(if: SecureServer.openssl != nil))
  func certificate() throws {
    let scene = try Scene()
    let server = try SecureServer()
    for changes in [[:], ["AWS_CA_BUNDLE": server.noFile]] {
      let run = try scene.run(
        ["reconcile"], with: ["AWS_ENDPOINT_URL": "https://127.0.0.1:\(server.port)"].merging(changes) { $1 })
      expectSentence(run, 74, "AWS_CA_BUNDLE")
    }
    #expect(try scene.rows() == scene.before)
  }

  @Test("a file that is refused is a problem of its asset, whose last good values stay")
  func deniedFile() throws {
    let scene = try Scene()
    scene.put("gold", "1", materialized: 1_790_000_001_000_000)
    scene.bucket.setTrouble { $0.path.hasSuffix("manifest.json") ? .error(403, "AccessDenied") : nil }
    let run = try scene.run("list", "--max-lag", "0s", "--format", "csv")
    #expect(run.status == 0 && run.output.contains("gold") && run.output.contains("2026-09-21T14:13:20Z"), "\(run)")
    let problems = try scene.run("problems")
    #expect(problems.status == 1 && problems.output.contains("refuses it"), "\(problems)")
    scene.bucket.setTrouble { _ in nil }
    #expect(try scene.run("problems", "--max-lag", "0s").status == 0)
  }

  @Test("a key that is not UTF-8 is a problem, and hides nothing else")
  func oddKey() throws {
    let scene = try Scene()
    for folder in ["asset_name=\u{F0}/asset_id=1", "asset_name=gold/asset_id=\u{F0}"] {
      let key = "_asset_metadata/\(folder)/manifest.json".unicodeScalars.map { UInt8($0.value) }
      scene.bucket.shelf.put(Array("{}".utf8), at: key)
    }
    scene.put("silver", "1")
    let run = try scene.run("reconcile")
    #expect(run.status == 0 && run.output.contains("1 asset added, 0 changed, 0 removed"), "\(run)")
    let problems = try scene.run("problems", "--format", "json")
    #expect(try problems.rows().count == 2)
    #expect(try problems.rows().allSatisfy { "\($0["message"] ?? "")".contains("not UTF-8") }, "\(problems.output)")
  }

  @Test("where no cache can be written, that is said before the bucket is asked")
  func noCache() throws {
    let scene = try Scene(fills: false)
    let file = try scene.scratch.file("file", "")
    for command in ["list", "reconcile", "rebuild"] {
      let run = try scene.scratch.run(
        [command, "--root", scene.root],
        environment: scene.environment.merging(["XDG_CACHE_HOME": "\(file)/x", "HOME": "\(file)/x"]) { $1 })
      expectSentence(run, 73, "XDG_CACHE_HOME")
      #expect(scene.bucket.server.requests.isEmpty)
    }
  }

  func expectSentence(_ run: CommandRun, _ status: Int32, _ hint: String) {
    #expect(run.status == status, "\(run.errors)")
    #expect(run.errors.hasPrefix("asset-catalog: ") && run.errors.hasSuffix("\n"), "\(run.errors)")
    #expect(run.errors.count { $0.isNewline } == 1, "\(run.errors)")
    #expect(run.errors.contains(hint), "\(run.errors)")
    #expect(run.output.isEmpty, "\(run.output)")
  }
}

/// What a real store answers: see `Scripts/object_servers`.
@Suite("A root in a real bucket, from the command line", .enabled(if: RealBucket.endpoint != nil))
struct RealBucketCommandTests {
  @Test("is read, and its refusals are one sentence each that change no index")
  func real() throws {
    let root = try RealBucket.newRoot()
    let bucket = try RealBucket.open(root)
    let scratch = try CommandScratch()
    let asset = AssetIdentifier(name: "a b+c%20=d", id: "ß")
    let key = Array(MetadataLayout().manifestPath(asset).utf8)
    let text = ManifestText(name: asset.name, id: asset.id, signature: "s", updatedAt: 1_790_000_000_000_000).text
    _ = try bucket.put(key, Array(text.utf8), if: .always)
    func run(_ arguments: String..., root: String = root, with changes: [String: String] = [:]) throws -> CommandRun {
      let variables = RealBucket.variables.merging(["AWS_EC2_METADATA_DISABLED": "true"]) { $1 }
      return try scratch.run(
        arguments + ["--root", root, "--index", scratch.folder.appending(path: "real.sqlite").path],
        environment: variables.merging(changes) { $1 })
    }
    let list = try run("list", "--format", "csv", "--max-lag", "0s")
    #expect(list.status == 0 && list.output.contains(asset.name), "\(list)")
    _ = try bucket.put(Array(MetadataLayout().runMetadataPath(asset, runID: "r").utf8), Array("{}".utf8), if: .always)
    let cases: [(Int32, String, String, [String: String])] = [
      (66, "no bucket", "s3://no-such-bucket-here/lake", [:]),
      (74, "does not know the access key", root, ["AWS_ACCESS_KEY_ID": "nobody"]),
      (74, "does not go with the access key", root, ["AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI-SECRET"]),
      (66, "correct the root", root + "-beside", [:]),
    ]
    for (status, hint, root, changes) in cases {
      for command in ["reconcile", "rebuild"] {
        let refused = try run(command, root: root, with: changes)
        #expect(refused.status == status && refused.errors.contains(hint), "\(refused)")
        #expect(refused.errors.count { $0.isNewline } == 1 && !refused.errors.contains("SECRET"), "\(refused.errors)")
        #expect(try run("list", "--format", "csv", "--no-reconcile").output == list.output)
      }
    }
    try bucket.remove(key)
    let keys = try scratch.file("keys", "\(root)/\(String(decoding: key, as: UTF8.self))\n")
    let fed = try run("reconcile", "--keys-from", keys)
    #expect(fed.status == 0, "\(fed)")
    #expect(try !run("list", "--format", "csv", "--no-reconcile").output.contains(asset.name))
  }
}
