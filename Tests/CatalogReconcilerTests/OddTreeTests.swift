import CatalogReconciler
import CatalogTestSupport
import ManifestModel
import ManifestStore
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("What does not belong into a tree")
struct OddTreeTests {
  struct Oddity: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var kind: ProblemKind
    var path: TreePath
    var make: @Sendable (ScratchTree, TreePath) throws -> Void
  }

  static let oddities: [Oddity] = [
    Oddity(
      testDescription: "a manifest that is a FIFO", kind: .notAFile, path: .manifest("odd", "a1"),
      make: { try $0.makePipe($1) }),
    Oddity(
      testDescription: "a manifest that is a symbolic link to a good one", kind: .notAFile,
      path: .manifest("odd", "a1"),
      make: { try $0.makeLink($1, to: "../../asset_name=history.full/asset_id=a1/manifest.json") }),
    Oddity(
      testDescription: "a manifest that is a folder", kind: .notAFile, path: .manifest("odd", "a1"),
      make: { try $0.makeFolder($1) }),
    Oddity(
      testDescription: "a manifest of 1 TiB", kind: .tooLarge, path: .manifest("odd", "a1"),
      make: { try $0.makeSparse($1, bytes: 1 << 40) }),
    Oddity(
      testDescription: "a manifest one byte over the limit", kind: .tooLarge, path: .manifest("odd", "a1"),
      make: { try $0.makeSparse($1, bytes: (16 << 20) + 1) }),
    Oddity(
      testDescription: "a manifest of 16 MiB of NUL", kind: .invalidJSON, path: .manifest("odd", "a1"),
      make: { try $0.makeSparse($1, bytes: 16 << 20) }),
    Oddity(
      testDescription: "a run's metadata that is a FIFO", kind: .notAFile, path: .run("odd", "a1", "r1"),
      make: { try $0.makePipe($1) }),
    Oddity(
      testDescription: "a run's metadata that is no object", kind: .invalidRun, path: .run("odd", "a1", "r1"),
      make: { try $0.write("[]", to: $1) }),
    Oddity(
      testDescription: "a run's folder that is a file", kind: .notAFile, path: .runFolder("odd", "a1", "r1"),
      make: { try $0.write("{}", to: $1) }),
    Oddity(
      testDescription: "an asset's folder that is a link to a good one", kind: .notAFile, path: .asset("odd", "a1"),
      make: { try $0.makeLink($1, to: "../asset_name=history.full/asset_id=a1") }),
    Oddity(
      testDescription: "a name folder that is a link to a good one", kind: .notAFile, path: .name("odd"),
      make: { try $0.makeLink($1, to: "asset_name=history.full") }),
    Oddity(
      testDescription: "a link beside the folders, whatever its name", kind: .notAFile,
      path: "_asset_metadata/latest", make: { try $0.makeLink($1, to: "asset_name=history.full") }),
    Oddity(
      testDescription: "a name folder without a name", kind: .invalidName, path: .name(""),
      make: { try $0.makeFolder($1) }),
  ]

  @Test("is a problem, is never opened or followed, and leaves everything else as it is", arguments: oddities)
  func oddity(_ oddity: Oddity) throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    let before = try bench.rows()
    try oddity.make(bench.tree, oddity.path)
    bench.fileSystem.reset()
    _ = try bench.reconciler { $0.threads = .one }.reconcile()
    let after = try bench.rows()
    // Where it is the file of an asset, that asset is one of which nothing can be told.
    let news = after.filter { !before.contains($0) && !$0.hasPrefix("odd|") }
    #expect(news.count == 1)
    #expect(
      news.allSatisfy { $0.hasPrefix(String(decoding: oddity.path.bytes, as: UTF8.self) + "|" + oddity.kind.rawValue) })
    #expect(before.allSatisfy { after.contains($0) })
    if oddity.kind == .notAFile || oddity.kind == .tooLarge { #expect(bench.fileSystem.count(.openFile) == 0) }

    try bench.tree.remove(oddity.path)
    _ = try bench.reconciler().reconcile()
    #expect(try bench.rows() == before, "the problem goes with its cause")
  }

  @Test("A name that is not UTF-8 is a problem that spells its bytes; the folder is left alone")
  func notUTF8() throws {
    let bench = try ReconcilerBench.fixture()
    let path = TreePath(bytes: Array("_asset_metadata/asset_name=caf".utf8) + [0xE9, 0xFF])
    try bench.tree.write("{}", to: path / "asset_id=a1" / "manifest.json")
    _ = try bench.reconciler().reconcile()
    #expect(try bench.rows().contains { $0.hasPrefix(#"_asset_metadata/asset_name=caf\xE9\xFF|invalid_name|"#) })
    #expect(try !bench.rows().contains { $0.hasPrefix("caf") })
  }

  @Test("Two spellings of one letter, and two cases of it, are different assets")
  func spellings() throws {
    let bench = try ReconcilerBench(ScratchTree())
    let names = ["caf\u{e9}", "cafe\u{301}", "CAF\u{c9}", "a b", "a\nb", "a\"b", String(repeating: "x", count: 244)]
    for name in names {
      try bench.tree.write(
        #"{"asset_name": "\#(name == "a\nb" || name == "a\"b" ? "other" : name)", "asset_id": "i"}"#,
        to: .manifest(name, "i"))
    }
    #expect(try bench.reconciler().reconcile().added == names.count)
    _ = try bench.reconciler().reconcile()
    let listed = try bench.rows().filter { $0.contains("|current|") }.map { Array($0.prefix { $0 != "|" }.utf8) }
    #expect(Set(listed) == Set(names.map { Array($0.utf8) }))
  }

  @Test("An asset with thousands of runs, and a folder full of strays, is read and kept as any other")
  func manyRuns() throws {
    let bench = try ReconcilerBench(ScratchTree())
    let fixture = try ScratchTree.fixture()
    let run = try #require(fixture.read(.run("history.full", "a1", "r1")))
    for number in 0..<3000 { try bench.tree.write(run, to: .run("many", "i", "r\(number)")) }
    for number in 0..<500 { try bench.tree.write("stray", to: .asset("many", "i") / "stray-\(number).tmp") }
    #expect(try bench.reconciler().reconcile().filesRead == 3000)
    try bench.tree.write(run, to: .run("many", "i", "new"))
    bench.fileSystem.reset()
    #expect(try bench.reconciler().reconcile().filesRead == 1)
    #expect(bench.fileSystem.count(.openFile) == 1)
    #expect(try bench.rows().count { $0.hasPrefix("many|i|") && $0.contains("succeeded") } == 3001)
  }
}
