/// SplitMix64: the same numbers for the same seed, on every machine.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A text with far more controls, separators, quotes and wide characters than any real one.
  mutating func hostileText() -> String {
    let favourites: [Unicode.Scalar] = [
      "\u{0}", "\u{1B}", "\n", "\r", "\t", "\u{7F}", "\u{80}", "\u{85}", "\u{9B}", "\u{9F}", "\u{A0}", "\u{200D}",
      "\u{2028}", "\u{2029}", "\u{202A}", "\u{202E}", "\u{202F}", "\u{2027}", "\u{2065}", "\u{2066}", "\u{2069}",
      "\u{206A}", "\"", "\\", ",", "=", "+", "-", "@", "'", " ", "a", "é", "\u{301}", "中", "👍", "\u{FE0F}", "\u{FEFF}",
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0...12, using: &self) {
      if Bool.random(using: &self), let scalar = favourites.randomElement(using: &self) {
        text.unicodeScalars.append(scalar)
      } else if let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &self)) {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

/// Whether a scalar acts on a terminal instead of being seen. Written apart from the code under test, from the
/// specification.
func isHazardous(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x00...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
  default: false
  }
}
