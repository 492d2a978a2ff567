import Foundation
import Testing

/// A JSON value of a fixture file, read by a plain parser that shares nothing with the reader under test.
///
/// Foundation's decoders would refuse the lone surrogates that the fixtures hold on purpose; here they become U+FFFD.
indirect enum FixtureJSON: Equatable {
  case object([(key: String, value: FixtureJSON)])
  case array([FixtureJSON])
  case text(String)
  case number(String)
  case bool(Bool)
  case null

  /// The value behind a key of an object.
  subscript(key: String) -> FixtureJSON? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.key == key }?.value
  }

  var text: String? {
    if case .text(let text) = self { return text }
    return nil
  }

  var array: [FixtureJSON]? {
    if case .array(let array) = self { return array }
    return nil
  }

  /// Equality by bytes, so that two spellings of a letter differ.
  static func == (left: FixtureJSON, right: FixtureJSON) -> Bool {
    switch (left, right) {
    case (.object(let one), .object(let other)):
      one.elementsEqual(other) { $0.key.utf8.elementsEqual($1.key.utf8) && $0.value == $1.value }
    case (.array(let one), .array(let other)): one == other
    case (.text(let one), .text(let other)): one.utf8.elementsEqual(other.utf8)
    case (.number(let one), .number(let other)): one == other
    case (.bool(let one), .bool(let other)): one == other
    case (.null, .null): true
    default: false
    }
  }
}

extension FixtureJSON {
  /// The folder `Tests/Fixtures`.
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// The cases of a fixture file, each with the bytes of its members as the file spells them.
  static func cases(in file: String) throws -> [FixtureCase] {
    let data = try Data(contentsOf: folder.appending(path: file))
    var parser = FixtureParser(bytes: [UInt8](data))
    return try parser.elements()
  }

  /// The value that a text holds.
  static func parse(_ text: some Sequence<UInt8>) throws -> FixtureJSON {
    var parser = FixtureParser(bytes: Array(text))
    return try parser.value()
  }
}

/// One case of a fixture file.
struct FixtureCase: Sendable, CustomTestStringConvertible {
  let index: Int
  let label: String
  /// The members, each as JSON text.
  let members: [String: [UInt8]]

  var testDescription: String { "\(index) \(label)" }

  func value(_ key: String) throws -> FixtureJSON { try FixtureJSON.parse(try #require(members[key])) }

  func optionalValue(_ key: String) throws -> FixtureJSON? { try members[key].map { try FixtureJSON.parse($0) } }

  /// The file that the case is about.
  func file() throws -> [UInt8] {
    if let spelled = members["manifest"] { return spelled }
    let spelled = try #require(try value("raw_base64").text)
    return [UInt8](try #require(Data(base64Encoded: spelled)))
  }
}

private struct FixtureParser {
  struct Malformed: Error {}

  let bytes: [UInt8]
  var position = 0

  mutating func elements() throws -> [FixtureCase] {
    var cases: [FixtureCase] = []
    try expect("[")
    repeat {
      var members: [String: [UInt8]] = [:]
      try expect("{")
      repeat {
        let key = try string()
        try expect(":")
        skipSpace()
        let start = position
        _ = try value()
        members[key] = Array(bytes[start..<position])
      } while take(",")
      try expect("}")
      let label = try FixtureJSON.parse(try #require(members["label"])).text
      cases.append(FixtureCase(index: cases.count, label: label ?? "", members: members))
    } while take(",")
    return cases
  }

  mutating func value() throws -> FixtureJSON {
    skipSpace()
    switch bytes[position] {
    case UInt8(ascii: "{"):
      position += 1
      var members: [(key: String, value: FixtureJSON)] = []
      if take("}") { return .object(members) }
      repeat {
        let key = try string()
        try expect(":")
        members.append((key, try value()))
      } while take(",")
      try expect("}")
      return .object(members)
    case UInt8(ascii: "["):
      position += 1
      var elements: [FixtureJSON] = []
      if take("]") { return .array(elements) }
      repeat { elements.append(try value()) } while take(",")
      try expect("]")
      return .array(elements)
    case UInt8(ascii: "\""): return .text(try string())
    default:
      let start = position
      while position < bytes.count, !" \n\r\t,]}".utf8.contains(bytes[position]) { position += 1 }
      switch String(decoding: bytes[start..<position], as: UTF8.self) {
      case "null": return .null
      case "true": return .bool(true)
      case "false": return .bool(false)
      case let number: return .number(number)
      }
    }
  }

  private mutating func string() throws -> String {
    try expect("\"")
    var units: [UInt16] = []
    while bytes[position] != UInt8(ascii: "\"") {
      if bytes[position] != UInt8(ascii: "\\") {
        let start = position
        while bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\") { position += 1 }
        units += Array(String(decoding: bytes[start..<position], as: UTF8.self).utf16)
        continue
      }
      let letter = bytes[position + 1]
      position += 2
      if letter == UInt8(ascii: "u") {
        units.append(try #require(UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)))
        position += 4
      } else {
        let meanings: [Character: UInt16] = ["b": 8, "f": 12, "n": 10, "r": 13, "t": 9]
        units.append(meanings[Character(Unicode.Scalar(letter))] ?? UInt16(letter))
      }
    }
    position += 1
    return String(decoding: units, as: UTF16.self)
  }

  private mutating func skipSpace() {
    while position < bytes.count, " \n\r\t".utf8.contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard take(character) else { throw Malformed() }
  }
}
