import Foundation
import FreshnessRules
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("JSON")
struct JSONFormTests {
  @Test("is one object with the time, the root, the count and one row a line")
  func golden() throws {
    var report = sampleReport(
      [("asset_name", "NAME"), ("age_seconds", "AGE"), ("exists", nil)],
      [
        [.text("a\"b\\\u{1B}\u{85}\u{2028}é"), .span(1_500_000), .flag(true)],
        [.null, .span(-1), .flag(false)],
      ])
    report.extras = [.init("summary", .record([.init("success_rate", .real(0.5)), .init("count", .integer(2))]))]
    #expect(
      try text { sink in try JSONForm().write(report, to: &sink) } == #"""
        {"generated_at":"2024-01-01T00:00:00Z","as_of":"2023-12-31T23:59:59.500000Z","root":"/srv/storage","summary":{"success_rate":0.5,"count":2},"rows":[
        {"asset_name":"a\"b\\\u001b\u0085\u2028é","age_seconds":1.5,"exists":true},
        {"asset_name":null,"age_seconds":-0.000001,"exists":false}
        ],"count":2}

        """#)
  }

  @Test("says null where the index was never reconciled, and an empty list where there are no rows")
  func empty() throws {
    var report = sampleReport([("a", "A")], [])
    report.asOf = nil
    #expect(
      try text { sink in try JSONForm().write(report, to: &sink) }
        == #"{"generated_at":"2024-01-01T00:00:00Z","as_of":null,"root":"/srv/storage","rows":[],"count":0}"# + "\n")
  }

  @Test("gives every text back to a parser, and holds nothing hazardous", arguments: [UInt64(11), 12, 13])
  func roundTrip(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<2000 {
      let key = random.hostileText()
      let value = random.hostileText()
      var sink = ByteSink(descriptor: nil)
      sink.appendJSON([Cell.Field("key", .text(key)), Cell.Field("value", .texts([value]))])
      let spelled = String(decoding: sink.bytes, as: UTF8.self)
      #expect(!spelled.unicodeScalars.contains(where: isHazardous))
      let parsed = try PlacedJSON.parse(sink.bytes)
      guard case .object(let members) = parsed.value, case .string(let readKey) = members[0].value.value,
        case .array(let elements) = members[1].value.value, case .string(let readValue) = elements[0].value
      else {
        Issue.record("not what was written: \(spelled)")
        return
      }
      #expect(Array(readKey.utf8) == Array(key.utf8))
      #expect(Array(readValue.utf8) == Array(value.utf8))
      _ = try JSONSerialization.jsonObject(with: Data(sink.bytes))
    }
  }

  @Test(
    "spells spans as exact seconds",
    arguments: [
      (0, "0"), (1, "0.000001"), (1_000_000, "1"), (-1_500_000, "-1.5"), (90_000_000_010, "90000.00001"),
      (Int64.min, "-9223372036854.775808"), (Int64.max, "9223372036854.775807"),
    ] as [(Int64, String)])
  func seconds(microseconds: Int64, spelled: String) {
    var sink = ByteSink(descriptor: nil)
    sink.append(seconds: microseconds)
    #expect(String(decoding: sink.bytes, as: UTF8.self) == spelled)
  }

  @Test("has no number that is not finite")
  func infinity() {
    #expect(Cell.real(.infinity).machineText == "null")
    #expect(Cell.real(.nan).machineText == "null")
    #expect(Cell.real(1e300).machineText == "1e+300")
  }

  @Test("as lines has one object a line")
  func lines() throws {
    let report = sampleReport([("a", "A"), ("b", nil)], [[.text("x\ny"), .integer(1)], [.null, .real(0.25)]])
    #expect(
      try text { sink in try NDJSONForm().write(report, to: &sink) }
        == #"{"a":"x\ny","b":1}"# + "\n" + #"{"a":null,"b":0.25}"# + "\n")
  }
}
