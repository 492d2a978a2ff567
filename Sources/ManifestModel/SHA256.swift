/// SHA-256 as FIPS 180-4 defines it, and HMAC over it (RFC 2104).
///
/// The catalog hashes texts of a few kilobytes, for names and for the signatures of requests; a cryptographic library
/// would cost every build more than a minute.
package enum SHA256 {
  /// The 32 bytes of the digest.
  package static func digest(_ message: [UInt8]) -> [UInt8] { digest(message, after: []) }

  /// The 32 bytes of a keyed digest.
  package static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var block = key.count > 64 ? digest(key) : key
    while block.count < 64 { block.append(0) }
    let inner = digest(message, after: block.map { $0 ^ 0x36 })
    return digest(inner, after: block.map { $0 ^ 0x5C })
  }

  /// The digest in 64 lower-case hexadecimal digits.
  package static func hex(_ message: [UInt8]) -> String { hex(ofDigest: digest(message)) }

  /// Any bytes in lower-case hexadecimal digits.
  package static func hex(ofDigest bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { room in
      for (place, byte) in bytes.enumerated() {
        for (digit, half) in [byte >> 4, byte & 0xF].enumerated() {
          room[place * 2 + digit] = half < 10 ? UInt8(ascii: "0") + half : UInt8(ascii: "a") + half - 10
        }
      }
      return bytes.count * 2
    }
  }

  /// - Parameter first: what comes before the message: nothing, or a whole block of 64 bytes.
  private static func digest(_ message: [UInt8], after first: [UInt8]) -> [UInt8] {
    var state: [UInt32] = [
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    // The rest, a one bit, zeros, and the length in bits, filled up to one block or two.
    let whole = message.count & ~63
    var rest = Array(message[whole...])
    rest.append(0x80)
    while rest.count % 64 != 56 { rest.append(0) }
    let bits = UInt64(first.count + message.count) << 3
    for shift in stride(from: 56, through: 0, by: -8) { rest.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      absorb(first, first.count, into: &state, schedule)
      absorb(message, whole, into: &state, schedule)
      absorb(rest, rest.count, into: &state, schedule)
    }
    return state.flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
  }

  /// Takes the first bytes, whole blocks of 64, into the state; the schedule of 64 words is room to work in.
  private static func absorb(
    _ bytes: [UInt8], _ count: Int, into state: inout [UInt32], _ schedule: UnsafeMutableBufferPointer<UInt32>
  ) {
    bytes.withUnsafeBytes { bytes in
      constants.withUnsafeBufferPointer { constants in
        for start in stride(from: 0, to: count, by: 64) {
          absorb(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 64]), into: &state, schedule, constants)
        }
      }
    }
  }

  private static func absorb(
    _ block: UnsafeRawBufferPointer, into state: inout [UInt32], _ schedule: UnsafeMutableBufferPointer<UInt32>,
    _ constants: UnsafeBufferPointer<UInt32>
  ) {
    for word in 0..<16 {
      schedule[word] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: word * 4, as: UInt32.self))
    }
    for word in 16..<64 {
      let early = schedule[word - 15]
      let late = schedule[word - 2]
      schedule[word] =
        schedule[word - 16] &+ (rotate(early, 7) ^ rotate(early, 18) ^ early >> 3) &+ schedule[word - 7]
        &+ (rotate(late, 17) ^ rotate(late, 19) ^ late >> 10)
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for round in 0..<64 {
      let first =
        h &+ (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) &+ (e & f ^ ~e & g) &+ constants[round] &+ schedule[round]
      let second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ (a & b ^ a & c ^ b & c)
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ second)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
    state[5] &+= f
    state[6] &+= g
    state[7] &+= h
  }

  @inline(__always)
  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}
