import CatalogTestSupport

/// Names such as make a difference to the order of keys: with signs below and above the slash, and each the beginning
/// of others.
enum OddNames {
  static func word(_ random: inout SplitMix64) -> String {
    let pieces = ["a", "b", "-", ".", "!", "~", "é", "0"]
    return "a" + (0..<Int.random(in: 0...3, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
  }
}
