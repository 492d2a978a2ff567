import FreshnessRules
import Testing

@Suite("JSON that people write, with the place of every value")
struct PlacedJSONTests {
  private static func complaint(_ text: String) -> String? {
    do throws(PlacedJSON.Complaint) {
      _ = try PlacedJSON.parse(Array(text.utf8))
      return nil
    } catch {
      return "\(error.place.line):\(error.place.column): \(error.message)"
    }
  }

  @Test(
    "a fault is told with its line and column",
    arguments: [
      ("", "1:1: the text ends where a value is expected"),
      (" \n", "2:1: the text ends in the middle of a value"),
      ("{\"a\": 1", "1:8: the text ends in the middle of a value"),
      ("\"abc", "1:5: the text ends in the middle of a value"),
      ("{\"a\": 1} x", "1:10: nothing may follow the value; remove what stands here"),
      ("{\n  a: 1}", "2:3: a key in double quotes is expected here"),
      ("{\"a\" 1}", "1:6: a colon is expected here"),
      ("{\"a\": 1 \"b\": 2}", "1:9: a comma or a closing brace is expected here"),
      ("[1 2]", "1:4: a comma or a closing bracket is expected here"),
      ("[1,]", "1:4: a value is expected here"),
      ("[nul]", "1:2: a value is expected here"),
      ("NaN", "1:1: a value is expected here"),
      ("[Infinity]", "1:2: a value is expected here"),
      ("[-Infinity]", "1:2: this is not a number that JSON knows"),
      ("01", "1:1: this is not a number that JSON knows"),
      ("[-]", "1:2: this is not a number that JSON knows"),
      ("[1.]", "1:2: this is not a number that JSON knows"),
      ("[1e+]", "1:2: this is not a number that JSON knows"),
      ("\"a\tb\"", "1:3: a text may not hold a raw control character; escape it"),
      ("\"a\\x\"", "1:4: this is not an escape that JSON knows"),
      ("{\"a\": 1,\n\"a\": 2}", "2:1: the key 'a' stands here a second time; keep one of them"),
      (
        "{\"a\": \"\\ud800\"}",
        "1:7: this is one half of a surrogate pair, which is no character; write the whole character"
      ),
      (String(repeating: "[", count: 33), "1:33: the nesting is deeper than 32"),
    ])
  func faults(text: String, complaint: String) {
    #expect(Self.complaint(text) == complaint)
  }

  @Test("two spellings of a letter are two keys, and values have their places")
  func places() throws {
    let text = "{\"\u{E9}\": true,\n \"e\u{301}\": [null, -1.5e3, \"\\ud83d\\ude00\\n\"]}"
    let document = try PlacedJSON.parse(Array(text.utf8))
    guard case .object(let members) = document.value, case .array(let elements) = members[1].value.value else {
      Issue.record("it is \(document.kind)")
      return
    }
    #expect(members.map(\.place) == [.init(line: 1, column: 2), .init(line: 2, column: 2)])
    #expect(elements.map(\.place.column) == [10, 16, 24])
    guard case .number("-1.5e3") = elements[1].value, case .string("\u{1F600}\n") = elements[2].value else {
      Issue.record("they are \(elements.map(\.kind))")
      return
    }
  }

  @Test("what is no character becomes U+FFFD where that is allowed, and is told; a U+FFFD that was there is not")
  func repairs() throws {
    for (bytes, repaired) in [
      (Array("\"\\ud800\"".utf8), true), ([0x22, 0x61, 0xFF, 0x22], true), (Array("\"\u{FFFD}\"".utf8), false),
    ] as [([UInt8], Bool)] {
      let value = try PlacedJSON.parse(bytes, repairs: true)
      guard case .string(let text) = value.value else {
        Issue.record("it is \(value.kind)")
        continue
      }
      #expect(text.unicodeScalars.contains("\u{FFFD}"))
      #expect(value.isRepaired == repaired)
    }
    #expect(throws: PlacedJSON.Complaint.self) { try PlacedJSON.parse([0x22, 0xFF, 0x22]) }
    #expect(throws: PlacedJSON.Complaint.self) { try PlacedJSON.parse([0xFF], repairs: true) }
  }
}
