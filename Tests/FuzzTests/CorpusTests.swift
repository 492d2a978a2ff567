import CatalogTestSupport
import Foundation
import Testing

/// The targets of `Scripts/fuzz` with the examples that are kept, and with some thousand more that are made of them.
@Suite("Bytes that others wrote")
struct CorpusTests {
  private static let corpora = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Corpora")

  private static func examples(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
    let folder = corpora.appendingPathComponent(target.name)
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
      (name, [UInt8](try Data(contentsOf: folder.appendingPathComponent(name))))
    }
  }

  @Test("keep the rules of their target, those that were found once as well", arguments: FuzzTarget.all.map(\.name))
  func examples(name: String) throws {
    let target = try #require(FuzzTarget.all.first { $0.name == name })
    let examples = try Self.examples(target)
    #expect(!examples.isEmpty)
    for example in examples {
      let broken = Self.brokenRule(of: target, example.bytes)
      #expect(broken == nil, "\(example.name)")
    }
  }

  @Test("keep them where they are changed at random", arguments: FuzzTarget.all.map(\.name))
  func changed(name: String) throws {
    let target = try #require(FuzzTarget.all.first { $0.name == name })
    let examples = try Self.examples(target).map(\.bytes)
    var random = SplitMix64(seed: 11)
    for _ in 0..<(name == "query" ? 300 : 2_000) {
      let bytes = Self.changed(try #require(examples.randomElement(using: &random)), examples, &random)
      // One is enough: the others are mostly of its kind.
      try #require(Self.brokenRule(of: target, bytes) == nil, "\(Data(bytes).base64EncodedString())")
    }
  }

  @Test("have a folder of examples for each target, and for no other")
  func folders() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpora.path)
    #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
  }

  private static func brokenRule(of target: FuzzTarget, _ bytes: [UInt8]) -> String? {
    do {
      try bytes.withUnsafeBytes(target.check)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// One to four changes: bits, bytes, cuts, repetitions, the end of another example.
  private static func changed(_ bytes: [UInt8], _ others: [[UInt8]], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1 where place < bytes.count: bytes[place] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
      case 2: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...8, using: &random)))
      case 4: bytes.insert(contentsOf: bytes.suffix(Int.random(in: 0...16, using: &random)), at: place)
      case 5:
        let other = others.randomElement(using: &random) ?? []
        bytes = Array(bytes.prefix(place) + other.suffix(Int.random(in: 0...other.count, using: &random)))
      default: continue
      }
    }
    return bytes
  }
}
