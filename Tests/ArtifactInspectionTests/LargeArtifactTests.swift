import ManifestModel
import Testing

@testable import ArtifactInspection

@Suite("An artifact that is larger than what is read of it")
struct LargeArtifactTests {
  private let scratch: ScratchFile

  init() throws {
    scratch = try ScratchFile()
  }

  private func bytes(_ parts: (String, count: Int)...) -> [UInt8] {
    var bytes: [UInt8] = []
    for (text, count) in parts {
      // By doubling, since a test is built without optimisation.
      var block = Array(text.utf8)
      let length = block.count * count
      while block.count < length { block += block }
      bytes += block.prefix(length)
    }
    return bytes
  }

  @Test("has its names and no row count, if it is a CSV")
  func readsLargeCSV() throws {
    let row = "1,Ann,x\n"
    let fitting = DelimitedText.mostBytes / row.utf8.count
    let header = ("id,name\n", count: 1)
    let largest = try scratch.inspect(bytes(header, (row, count: fitting - 1)), as: "a.csv")
    #expect(largest.rowCount == Int64(fitting - 1))
    let larger = try scratch.inspect(bytes(header, (row, count: fitting)), as: "a.csv")
    #expect(larger.rowCount == nil)
    #expect(larger.schemaHash == largest.schemaHash)
    #expect(larger.schemaHash != nil)
  }

  @Test("has no schema, if the header of the CSV does not end in time")
  func refusesLargeHeader() throws {
    for cell in ["abcdefgh", "a,", "\""] {
      let facts = try scratch.inspect(bytes((cell, count: DelimitedText.mostBytes + 1)), as: "a.csv")
      #expect(facts == ArtifactFacts(path: "a.csv", bytes: facts.bytes, modified: facts.modified, format: "csv"))
    }
  }

  @Test("has the schema of its first thousand rows, if it is JSON", arguments: ["[", ""])
  func readsLargeJSON(opening: String) throws {
    let row = #"{"id": 1, "name": "Ann"}"# + (opening.isEmpty ? "\n" : ",")
    let small = try scratch.inspect(bytes((#"{"id": 7, "name": "Bo"}"#, count: 2)), as: "a.json")
    #expect(small.rowCount == 2)
    let count = JSONSample.mostBytes / row.utf8.count + 2
    let facts = try scratch.inspect(bytes((opening, count: 1), (row, count: count), ("oops", count: 1)), as: "a.json")
    #expect(facts.rowCount == nil)
    #expect(facts.sampledRows == 1_000)
    #expect(facts.schemaHash == small.schemaHash)
  }

  @Test("has the schema of the rows that fit, if they are long", arguments: ["[", ""])
  func samplesLongRows(opening: String) throws {
    let blank = String(repeating: "x", count: 1 << 20)
    let row = #"{"id": 1, "name": "\#(blank)"}"# + (opening.isEmpty ? "\n" : ",")
    // The last row is cut off behind a member that no row before it had.
    let last = #"{"late": 1, "name": "\#(blank)\#(blank)"}"#
    let small = try scratch.inspect(bytes((#"{"id": 7, "name": "Bo"}"#, count: 1)), as: "a.json")
    let facts = try scratch.inspect(bytes((opening, count: 1), (row, count: 3), (last, count: 1)), as: "a.json")
    #expect(facts.rowCount == nil)
    #expect(facts.sampledRows == 3)
    #expect(facts.schemaHash == small.schemaHash)
  }

  @Test("has no schema, if not one row fits", arguments: ["[", "", #"{"data": "#])
  func refusesLargeRow(opening: String) throws {
    let text = #"{"name": ""# + String(repeating: "x", count: JSONSample.mostBytes) + "\"}"
    let facts = try scratch.inspect(bytes((opening, count: 1), (text, count: 1)), as: "a.json")
    #expect(facts == ArtifactFacts(path: "a.json", bytes: facts.bytes, modified: facts.modified, format: "json"))
  }

  @Test("does not count a number that is cut off")
  func ignoresCutNumber() throws {
    let cut = try scratch.inspect(
      bytes(("1 ", count: 3), (" ", count: JSONSample.mostBytes - 7), ("2.5", count: 1)), as: "a.json")
    #expect(cut.sampledRows == 3)
    #expect(cut.schemaHash == (try scratch.inspect(bytes(("1 ", count: 3)), as: "a.json")).schemaHash)
  }

  @Test("has no schema, if its JSON has too many members to tell apart")
  func refusesWideJSON() throws {
    let members = (0...SchemaText.mostFields).map { #""m\#($0)":1"# }
    let wide = "{" + members.joined(separator: ",") + "}"
    #expect(try scratch.inspect(Array(wide.utf8), as: "a.json").schemaHash == nil)
    let less = "{" + members.dropLast(2).joined(separator: ",") + "}"
    #expect(try scratch.inspect(Array(less.utf8), as: "a.json").schemaHash != nil)
  }

  @Test("has rows and schema, if only the row groups of a Parquet footer are too long to read")
  func readsLargeFooter() throws {
    let small = ParquetBytes.file(columns: ["a", "b"], rows: 7)
    let large = ParquetBytes.file(columns: ["a", "b"], rows: 7, padding: ParquetFooter.mostBytes)
    let facts = try scratch.inspect(large, as: "a.parquet")
    #expect(facts.rowCount == 7)
    #expect(facts.schemaHash == (try scratch.inspect(small, as: "a.parquet")).schemaHash)
    #expect(facts.schemaHash != nil)
  }

  @Test("has rows and schema, if the schema of a Parquet file is long")
  func readsLongSchema() throws {
    let names = (0..<6_000).map { "a column with quite a long name, number \($0)" }
    let facts = try scratch.inspect(ParquetBytes.file(columns: names, rows: 1), as: "a.parquet")
    #expect(facts.rowCount == 1)
    #expect(facts.schemaHash != nil)
    let other = try scratch.inspect(ParquetBytes.file(columns: names.dropLast() + ["x"], rows: 1), as: "a.parquet")
    #expect(other.schemaHash != facts.schemaHash)
  }

  @Test("has neither, if there are more columns than are hashed")
  func refusesWideParquet() throws {
    let names = (0...SchemaText.mostFields).map { "\($0)" }
    #expect(try scratch.inspect(ParquetBytes.file(columns: names, rows: 1), as: "a.parquet").schemaHash == nil)
  }
}
