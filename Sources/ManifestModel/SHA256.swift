/// SHA-256 as FIPS 180-4 defines it, and HMAC over it (RFC 2104).
///
/// The catalog hashes texts of a few kilobytes, for names and for the signatures of requests; a cryptographic library
/// would cost every build more than a minute.
package enum SHA256 {
  /// The 32 bytes of the digest.
  package static func digest(_ message: [UInt8]) -> [UInt8] { State.initial.finished(with: message, after: 0).bytes }

  /// The digest in 64 lower-case hexadecimal digits.
  package static func hex(_ message: [UInt8]) -> String { State.initial.finished(with: message, after: 0).hex }

  /// A key for digests that only those can make who have it.
  package struct Key: Sendable {
    private let inner: State
    private let outer: State

    package init(_ key: [UInt8]) {
      var block = key.count > 64 ? SHA256.digest(key) : key
      while block.count < 64 { block.append(0) }
      (inner, outer) = (
        State.initial.absorbing(block.map { $0 ^ 0x36 }), State.initial.absorbing(block.map { $0 ^ 0x5C })
      )
    }

    /// The 32 bytes of the keyed digest.
    package func digest(_ message: [UInt8]) -> [UInt8] { state(message).bytes }

    /// The same in 64 lower-case hexadecimal digits.
    package func hex(_ message: [UInt8]) -> String { state(message).hex }

    private func state(_ message: [UInt8]) -> State {
      outer.finished(with: inner.finished(with: message, after: 64).bytes, after: 64)
    }
  }
}

extension SHA256 {
  /// Eight words, which each block of 64 bytes changes.
  fileprivate struct State: Sendable {
    private var words: SIMD8<UInt32>

    static let initial = State(
      words: SIMD8(
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19))

    var bytes: [UInt8] {
      [UInt8](unsafeUninitializedCapacity: 32) { room, count in
        for word in 0..<8 {
          for byte in 0..<4 { room[word * 4 + byte] = UInt8(truncatingIfNeeded: words[word] >> UInt32(24 - byte * 8)) }
        }
        count = 32
      }
    }

    var hex: String {
      String(unsafeUninitializedCapacity: 64) { room in
        for word in 0..<8 {
          for digit in 0..<8 {
            let half = UInt8(truncatingIfNeeded: words[word] >> UInt32(28 - digit * 4)) & 0xF
            room[word * 8 + digit] = half < 10 ? UInt8(ascii: "0") + half : UInt8(ascii: "a") + half - 10
          }
        }
        return 64
      }
    }

    /// - Parameter block: 64 bytes.
    func absorbing(_ block: [UInt8]) -> State {
      var state = self
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
        block.withUnsafeBytes { state.absorb($0, schedule) }
      }
      return state
    }

    /// The state after the whole message.
    ///
    /// - Parameter earlier: how many bytes came before the message.
    func finished(with message: [UInt8], after earlier: Int) -> State {
      var state = self
      let whole = message.count & ~63
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
        message.withUnsafeBytes { message in
          for start in stride(from: 0, to: whole, by: 64) {
            state.absorb(UnsafeRawBufferPointer(rebasing: message[start..<start + 64]), schedule)
          }
          // The rest, a one bit, zeros, and the length in bits, filled up to one block or two.
          withUnsafeTemporaryAllocation(byteCount: 128, alignment: 16) { rest in
            let left = message.count - whole
            let count = left < 56 ? 64 : 128
            rest.initializeMemory(as: UInt8.self, repeating: 0)
            rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: message[whole...]))
            rest[left] = 0x80
            let bits = UInt64(earlier + message.count) << 3
            rest.storeBytes(of: bits.bigEndian, toByteOffset: count - 8, as: UInt64.self)
            for start in stride(from: 0, to: count, by: 64) {
              state.absorb(UnsafeRawBufferPointer(rebasing: rest[start..<start + 64]), schedule)
            }
          }
        }
      }
      return state
    }

    /// Takes one block of 64 bytes in; the schedule of 64 words is room to work in.
    private mutating func absorb(_ block: UnsafeRawBufferPointer, _ schedule: UnsafeMutableBufferPointer<UInt32>) {
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
      var (a, b, c, d) = (words[0], words[1], words[2], words[3])
      var (e, f, g, h) = (words[4], words[5], words[6], words[7])
      constants.withUnsafeBufferPointer { constants in
        for round in 0..<64 {
          let first =
            h &+ (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) &+ (e & f ^ ~e & g) &+ constants[round]
            &+ schedule[round]
          let second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ (a & b ^ a & c ^ b & c)
          (h, g, f, e) = (g, f, e, d &+ first)
          (d, c, b, a) = (c, b, a, first &+ second)
        }
      }
      words &+= SIMD8(a, b, c, d, e, f, g, h)
    }
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
