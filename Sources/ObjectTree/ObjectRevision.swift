internal import ManifestModel
package import ObjectStorage
package import StoredTree

extension Revision {
  /// What tells an object's content from others: entity tag, size and time of writing, as far as they go into a row.
  ///
  /// The tag becomes 128 bits: those that it spells where it is 32 hexadecimal digits, else those of a hash. Nothing
  /// but equality is asked of it.
  package init(_ facts: ObjectFacts) {
    self.init(tag: EntityTag(facts.version), size: facts.size, modified: facts.modified)
  }

  init(tag: EntityTag, size: Int64, modified: Timestamp) {
    let (nanoseconds, isTooFar) = modified.microseconds.multipliedReportingOverflow(by: 1_000)
    let time = isTooFar ? (modified.microseconds < 0 ? Int64.min : .max) : nanoseconds
    self.init(
      size: size, modifiedNanoseconds: time, changedNanoseconds: time &+ Int64(bitPattern: tag.low), inode: tag.high)
  }
}

/// An entity tag in 128 bits.
struct EntityTag {
  var high: UInt64
  var low: UInt64

  init(_ version: ObjectVersion) {
    if let number = Self.number(version.bytes) {
      (high, low) = number
    } else {
      let digest = SHA256.digest(version.bytes)
      (high, low) = (UInt64(digest[..<8]), UInt64(digest[8..<16]))
    }
  }

  /// The value of 32 hexadecimal digits in lower case, as most stores spell a tag.
  private static func number(_ text: [UInt8]) -> (UInt64, UInt64)? {
    guard text.count == 32 else { return nil }
    var halves: (UInt64, UInt64) = (0, 0)
    for (place, byte) in text.enumerated() {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      default: return nil
      }
      if place < 16 { halves.0 = halves.0 << 4 | UInt64(digit) } else { halves.1 = halves.1 << 4 | UInt64(digit) }
    }
    return halves
  }
}
