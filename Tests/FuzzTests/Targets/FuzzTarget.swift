/// A reader of bytes that others wrote, and what must hold whatever they are.
///
/// `Scripts/fuzz` lets libFuzzer look for bytes with which it does not hold; ``CorpusTests`` tries those that are
/// known.
struct FuzzTarget: Sendable {
  /// What `Scripts/fuzz` calls it, and the folder of its examples below `Tests/FuzzTests/Corpora`.
  let name: String
  /// Throws where a rule is broken; traps are found as well, and so are reads beyond the bytes.
  let check: @Sendable (UnsafeRawBufferPointer) throws(BrokenRule) -> Void

  static let all = [
    manifest, run, time, duration, policy, cron, zone, zoneRule, parquet, csv, json, batch, query, text, listing, page,
    answer,
  ]
}

/// A rule that does not hold for some bytes.
struct BrokenRule: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Throws the rule if it does not hold.
func require(_ holds: Bool, _ rule: @autoclosure () -> String) throws(BrokenRule) {
  if !holds { throw BrokenRule(rule()) }
}

/// Takes numbers from the beginning of the bytes, and gives the rest as text.
struct FuzzInput {
  private var rest: UnsafeRawBufferPointer.SubSequence

  init(_ bytes: UnsafeRawBufferPointer) {
    rest = bytes[...]
  }

  /// The next byte; 0 at the end.
  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// The next eight bytes as a number.
  mutating func integer() -> Int64 {
    Int64(bitPattern: (0..<8).reduce(UInt64(0)) { number, _ in number << 8 | UInt64(byte()) })
  }

  /// All that is left.
  var bytes: [UInt8] { Array(rest) }
  /// All that is left; what is not UTF-8 becomes U+FFFD.
  var text: String { String(decoding: rest, as: UTF8.self) }
}
