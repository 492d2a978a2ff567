import Foundation
import Glibc
import Testing

@Suite("What a hostile tree or query takes of memory", .serialized)
struct MemoryBoundTests {
  /// MiB that any command may take, whatever the tree; the files of each tree below are more than that, or become it.
  private static let bound = 320

  /// A tree that takes a multiple of its own size where it is held.
  enum Tree: String, CaseIterable, CustomTestStringConvertible {
    case longTexts = "an error of 16 MiB in each of 8 manifests, and of 1.2 MiB in each of 200"
    case artifacts = "a million artifacts in each of 5 manifests"
    case runs = "300,000 artifacts in each of 5 runs of one asset"
    case ids = "a mebibyte of artifacts in each of 150 ids of one name"

    var testDescription: String { rawValue }

    /// How many files say more than the index holds.
    var truncated: Int {
      switch self {
      case .longTexts: 208
      case .artifacts: 5
      case .runs: 5
      case .ids: 150
      }
    }

    func make(in metadata: String) throws {
      func write(_ text: String, _ path: String) throws {
        let url = URL(filePath: metadata + "/" + path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
      }
      func manifest(_ name: String, _ id: String, error: String = "", artifacts: String = "") throws {
        try write(
          #"""
          {"asset_name": "\#(name)", "asset_id": "\#(id)", "last_materialized": "2024-01-01T00:00:00Z",
           "last_error": "\#(error)", "last_artifacts": [\#(artifacts)], "updated_at": "2024-01-01T00:00:00Z"}
          """#, "asset_name=\(name)/asset_id=\(id)/manifest.json")
      }
      switch self {
      case .longTexts:
        let text = String(repeating: "e", count: 16 << 20 - 1_000)
        for number in 0..<8 { try manifest("n\(number)", "a", error: text) }
        for number in 8..<208 { try manifest("n\(number)", "a", error: String(text.utf8.prefix(1_200_000))!) }
      case .artifacts:
        let list = String(repeating: "\"a\",", count: 1_000_000) + "\"a\""
        for number in 0..<5 { try manifest("n\(number)", "a", artifacts: list) }
      case .runs:
        let list = String(repeating: #"{"path":"a"},"#, count: 300_000) + #"{"path":"a"}"#
        for number in 0..<5 {
          try write(
            #"{"id": "r", "runtime": "2024-01-01T00:00:00Z", "artifacts": [\#(list)]}"#,
            "asset_name=n/asset_id=a/asset_run_id=r\(number)/metadata.json")
        }
      case .ids:
        let list = (0..<60_000).map { "\"path/\($0)/xxxxxx\"" }.joined(separator: ",")
        for number in 0..<150 { try manifest("n", "i\(number)", artifacts: list) }
      }
    }
  }

  @Test("Neither building, looking again, checking nor asking takes more than the bound", arguments: Tree.allCases)
  func tree(_ tree: Tree) throws {
    let scratch = try CommandScratch(.copy)
    let root = scratch.folder.path + "/hostile"
    try tree.make(in: root + "/_asset_metadata")
    func run(_ words: String..., status: Int32 = 0) throws -> MeasuredRun {
      let run = try MeasuredRun(words, root: root, folder: scratch.folder.path, environment: scratch.environment)
      #expect(run.status == status, "\(words): \(run.errors)")
      #expect(run.peakMemory < Self.bound, "\(words)")
      #expect(run.peakMemory > 0, "it was not measured")
      return run
    }
    _ = try run("rebuild")
    let problems = try run("problems", "--format", "csv", status: 1).output
    #expect(problems.split(whereSeparator: \.isNewline).count { $0.contains(",truncated,") } == tree.truncated)
    #expect(problems.contains("The index holds only the first"))
    #expect(try run("check").output.contains("agree"))
    // Every file is news to the next reconcile.
    let files = try #require(FileManager.default.enumerator(atPath: root + "/_asset_metadata"))
    for case let path as String in files where path.hasSuffix(".json") {
      var times = [timespec(tv_sec: 1_700_000_000, tv_nsec: 0), timespec(tv_sec: 1_700_000_000, tv_nsec: 0)]
      try #require(utimensat(AT_FDCWD, root + "/_asset_metadata/" + path, &times, 0) == 0)
    }
    let report = try run("reconcile", "--full", "--format", "json").output
    #expect(report.contains("\"files_read\":\(tree.truncated)"), "\(report)")
    _ = try run("list", "--format", "json")
    _ = try run("failures", "--since", "1970-01-01", "--format", "json", status: tree == .runs ? 1 : 0)
    _ = try run("artifacts", "--missing", "--limit", "10", status: 1)
  }

  @Test(
    "A query that would take gibibytes is stopped with a sentence, and leaves no file",
    arguments: [
      "WITH t0 AS (SELECT 1 AS x)"
        + (1..<22).map { ", t\($0) AS (SELECT a.x FROM t\($0 - 1) a, t\($0 - 1) b)" }.joined()
        + " SELECT count(*) FROM t21",
      """
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
      SELECT zeroblob(1000000) AS z FROM n ORDER BY random()
      """,
      """
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90000000) SELECT i FROM n
      """,
      """
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
      SELECT count(*) FROM (SELECT DISTINCT randomblob(1000000) FROM n)
      """,
      """
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000),
        b AS MATERIALIZED (SELECT randomblob(1000000) AS z FROM n)
      SELECT count(*) FROM b AS one JOIN b AS other ON one.z < other.z
      """,
    ])
  func query(sql: String) throws {
    let scratch = try CommandScratch()
    let run = try MeasuredRun(
      ["query", sql, "--timeout", "5m"], root: scratch.root.path, folder: scratch.folder.path,
      environment: scratch.environment.merging(["SQLITE_TMPDIR": scratch.folder.path]) { $1 })
    #expect(run.status == 65, "\(run.errors)")
    #expect(run.errors.contains("The query was stopped"), "\(run.errors)")
    #expect(run.errors.contains("256 MiB of memory"), "\(run.errors)")
    #expect(run.output == "")
    #expect(run.peakMemory < 640)
    #expect(run.peakMemory > 64, "it was not measured")
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path)
    #expect(names.allSatisfy { !$0.contains("etilqs") })
  }

  @Test("A function that takes ever longer ends with the time, and takes no more memory either")
  func slowFunction() throws {
    let scratch = try CommandScratch()
    let sql = """
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600000)
      SELECT length(
        json_patch((SELECT json_group_object('a' || i, i) FROM n), (SELECT json_group_object('b' || i, i) FROM n)))
      """
    let run = try MeasuredRun(
      ["query", sql, "--timeout", "3s"], root: scratch.root.path, folder: scratch.folder.path,
      environment: scratch.environment)
    #expect(run.status == 75, "\(run.errors)")
    #expect(run.peakMemory < 640)
  }

  @Test("A query that sorts and groups what is there is answered within the limits")
  func usualQuery() throws {
    let scratch = try CommandScratch()
    let sql = """
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
      SELECT count(*), max(text) FROM (SELECT i % 1000 AS part, 'text ' || i AS text FROM n, catalog ORDER BY 2)
      """
    let run = try scratch.run("query", sql, "--format", "csv", "--timeout", "5m")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("200000,text 99999"))
  }
}
