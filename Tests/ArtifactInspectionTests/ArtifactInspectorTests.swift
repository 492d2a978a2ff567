import Foundation
import Glibc
import ManifestModel
import Testing

@testable import ArtifactInspection

@Suite("The facts of an artifact")
struct ArtifactInspectorTests {
  @Test("hold what pyarrow, DuckDB and Python say of the file", arguments: ArtifactCase.all)
  func agrees(with expected: ArtifactCase) throws {
    let path = "\(ArtifactCase.folder)/\(expected.file)"
    let facts = try #require(inspect(path: path))
    #expect(facts.path == path)
    #expect(facts.bytes == Int64(expected.bytes.count))
    #expect(facts.modified != nil)
    #expect(facts.format == expected.format)
    #expect(facts.rowCount == expected.rows)
    #expect(facts.sampledRows == expected.sampled)
    #expect((facts.schemaHash == nil) == (expected.label == nil))
  }

  @Test("hold the same schema hash for the same schema, and different ones for different schemas")
  func distinguishesSchemas() throws {
    var hashes: [String: String] = [:]
    var labels: [String: String] = [:]
    for expected in ArtifactCase.all {
      guard let label = expected.label else { continue }
      let hash = try #require(inspect(path: "\(ArtifactCase.folder)/\(expected.file)")?.schemaHash, "\(expected.file)")
      #expect(hashes[label, default: hash] == hash, "\(expected.file) differs from others of \(label)")
      #expect(labels[hash, default: label] == label, "\(expected.file) does not differ from \(labels[hash] ?? "")")
      hashes[label] = hash
      labels[hash] = label
    }
    #expect(hashes.count > 100)
  }

  /// Recorded hashes outlive the program: whoever changes one of these must raise the version.
  @Test(
    "hold schema hashes that stay what they are",
    arguments: [
      ("people-arrow.parquet", "v1:6dbfd4959ce3e20de0e38cff46618406"),
      ("type-map-of-lists-duckdb.parquet", "v1:3ecd92fa0da340aa71979ccf444209b4"),
      ("csv-arrow.csv", "v1:ea6582e4853307607bab1c34a6c1fa83"),
      ("json-array.json", "v1:85f69b7139717a23405f55fb1c68f2ff"),
    ])
  func isStable(file: String, hash: String) {
    #expect(inspect(path: "\(ArtifactCase.folder)/\(file)")?.schemaHash == hash)
  }

  @Test(
    "of what mad_prefect wrote are complete",
    arguments: [
      ("bronze/orders_eu.parquet", "parquet", 2, nil),
      ("bronze/orders_eu.csv", "csv", 2, nil),
      ("bronze/_artifacts/asset=bronze.orders_eu/fragment=0.json", "json", 2, 2),
      ("gold/kpi.json", "json", 2, 2),
    ] as [(String, String, Int64, Int64?)])
  func readsRealArtifacts(path: String, format: String, rows: Int64, sampled: Int64?) throws {
    let facts = try #require(inspect(path: "\(ArtifactCase.fixtures)/storage/\(path)"))
    #expect(facts.format == format)
    #expect(facts.rowCount == rows)
    #expect(facts.sampledRows == sampled)
    #expect(facts.schemaHash?.hasPrefix("v1:") == true)
    #expect(facts.schemaHash?.utf8.count == 35)
  }

  @Test("are taken without moving or closing the descriptor")
  func leavesDescriptorAlone() throws {
    let path = "\(ArtifactCase.folder)/people-arrow.parquet"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    try #require(lseek(descriptor, 5, SEEK_SET) == 5)
    #expect(ArtifactInspector.inspect(descriptor: descriptor, path: "x").rowCount == 3)
    #expect(lseek(descriptor, 0, SEEK_CUR) == 5)
  }

  @Test("of a path that is no UTF-8 suffix at all keep the path", arguments: ["", "/", ".", "a/", "a.", ".csv", "ä.ﬁ"])
  func keepsPath(path: String) throws {
    let scratch = try ScratchFile()
    let facts = try scratch.inspect(Array("a,b\n".utf8), as: path)
    #expect(facts.path == path)
    #expect(facts.format == (path == ".csv" ? "csv" : nil))
    #expect(facts.bytes == 4)
  }

  @Test("of what is no regular file are its path and format")
  func refusesFolders() {
    let descriptor = open(ArtifactCase.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(descriptor) }
    for descriptor in [descriptor, -1] {
      let facts = ArtifactInspector.inspect(descriptor: descriptor, path: "a.csv")
      #expect(facts == ArtifactFacts(path: "a.csv", format: "csv"))
    }
  }

  @Test("hold the file's own time")
  func readsTime() throws {
    let scratch = try ScratchFile()
    try scratch.write(Array("a,b\n".utf8))
    var times = [timespec(tv_sec: 0, tv_nsec: 0), timespec(tv_sec: 1_700_000_000, tv_nsec: 123_456_789)]
    try #require(futimens(scratch.descriptor, &times) == 0)
    let facts = ArtifactInspector.inspect(descriptor: scratch.descriptor, path: "a.csv")
    #expect(facts.modified == Timestamp(microseconds: 1_700_000_000_123_456))
  }

  @Test("notice that the file changed")
  func noticesChange() throws {
    let scratch = try ScratchFile()
    try scratch.write(Array("a,b\n".utf8))
    let file = ArtifactFile(try #require(OpenArtifact(descriptor: scratch.descriptor)))
    #expect(file.isUnchanged)
    try scratch.write(Array("a,b,c\n".utf8))
    #expect(!file.isUnchanged)
    #expect(file.read(at: 0, count: 5) == nil)
  }

  @Test(
    "are read within the file only",
    arguments: [(-1, 1), (0, -1), (0, 5), (4, 1), (5, 0), (Int64.max, 1), (1, Int.max), (Int64.min, Int.max)]
      as [(Int64, Int)])
  func staysInside(offset: Int64, count: Int) throws {
    let scratch = try ScratchFile()
    try scratch.write(Array("a,b\n".utf8))
    #expect(
      ArtifactFile(try #require(OpenArtifact(descriptor: scratch.descriptor))).read(at: offset, count: count) == nil)
  }
}
