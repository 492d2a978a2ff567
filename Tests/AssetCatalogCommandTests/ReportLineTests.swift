import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("A line of a batch")
struct ReportLineTests {
  private func parse(_ line: String) throws -> RunReport {
    try ReportLine.parse(Array(line.utf8))
  }

  @Test("of any length is read in time that grows with its length")
  func length() throws {
    let paths = (0..<40_000).map { "\"bronze/\($0)\"" }.joined(separator: ",")
    let line = "{\"event\": \"success\", \"asset_name\": \"n\", \"artifacts\": [\(paths)]}"
    // A second at most. Where each value looks for its line and column in what stands before it, this takes minutes.
    var report: RunReport?
    let took = try ContinuousClock().measure { report = try parse(line) }
    #expect(report?.artifacts?.count == 40_000)
    #expect(took < .seconds(20))
  }

  @Test("with many keys is read in time that grows with their number")
  func keys() throws {
    let members = (0..<40_000).map { "\"k\($0)\":0" }.joined(separator: ",")
    let took = ContinuousClock().measure {
      #expect(throws: CommandFailure.self) { try parse("{\(members)}") }
    }
    #expect(took < .seconds(20))
  }

  @Test("still names the place of a fault")
  func place() throws {
    let failure = #expect(throws: CommandFailure.self) {
      try parse("{\"event\": \"success\", \"asset_name\": \"n\", \"run_id\": 7}")
    }
    #expect(failure == CommandFailure(.badData, "column 51: \"run_id\" is a number; write a text"))
  }

  @Test(
    "is of the asset that the options of a single record would name",
    arguments: [
      (#""asset_name": "a b", "asset_id": "1""#, "a b", "1", nil),
      (#""asset_name": "a b", "asset_id": "1", "signature": """#, "a b", "1", ""),
      (#""asset_name": "a b", "signature": "s""#, "a b", "s", "s"),
      (
        #""asset_name": "gold.kpi", "asset_path": "gold/kpi.json""#, "gold.kpi", "2a53426aa5d0df5108503ee1d3bb043b",
        "2a53426aa5d0df5108503ee1d3bb043b"
      ),
    ] as [(String, String, String, String?)])
  func identity(members: String, name: String, id: String, signature: String?) throws {
    let report = try parse("{\"event\": \"start\", \(members)}")
    #expect(report.asset == AssetIdentifier(name: name, id: id))
    #expect(report.signature == signature)
  }

  @Test(
    "whose asset mad_prefect would call otherwise is refused",
    arguments: [
      (#""asset_name": "a b""#, "'a_b'; use that name, or give the id"),
      (#""asset_name": "é/x""#, "'__x'; use that name"), (#""asset_name": "n", "signature": """#, "signature is empty"),
      (#""asset_name": "n", "signature": "a/b""#, "give the id too"),
      (#""asset_name": "n", "signature": "{x}""#, "give the id too"),
    ])
  func refusedIdentity(members: String, hint: String) {
    let failure = #expect(throws: CommandFailure.self) { try parse("{\"event\": \"start\", \(members)}") }
    #expect(failure?.status == .usage)
    #expect(failure?.message.contains(hint) == true, "\(failure?.message ?? "")")
  }
}

@Suite("A sentence about a failure")
struct SentenceTests {
  @Test("keeps its ends where it quotes a text of any length")
  func shortened() {
    let sentence = "'\(String(repeating: "é", count: 1 << 20))' cannot be an asset's name: give another."
    let shortened = Sentence.shortened(sentence)
    #expect(shortened.count < Sentence.longest + 10)
    #expect(shortened.hasPrefix("'éé") && shortened.hasSuffix("éé' cannot be an asset's name: give another."))
    #expect(Sentence.shortened("short") == "short")
    let limit = String(repeating: "é", count: Sentence.longest)
    #expect(Sentence.shortened(limit) == limit)
  }

  @Test("has a kind for each status that a report may fail with")
  func kinds() {
    let kinds = ExitStatus.allCases.map(\.kind)
    #expect(Set(kinds) == ["invalid", "busy", "cannot_write", "io", "no_such_root", "no_such_run", "internal"])
  }
}
