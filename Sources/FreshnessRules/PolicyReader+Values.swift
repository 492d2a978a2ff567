internal import ManifestModel

/// What the scalars of a policy file must mean, by their keys. Each complains where it gives `nil`.
extension PolicyReader {
  /// What stands there, for a complaint.
  func described(_ tree: PolicyTree) -> String {
    if case .text(let text) = tree.content { return quoted(text) }
    return tree.kind
  }

  private mutating func refuse(_ tree: PolicyTree, _ key: String, _ advice: String) {
    let what: String
    var wayOut = Self.orNull(key)
    switch tree.content {
    case .empty: what = "has no value"
    case .null:
      // It is refused in a map beneath the key, where it takes nothing away.
      what = "is null"
      wayOut = ""
    default: what = "is \(described(tree))"
    }
    complain(tree.offset, "'\(key)' \(what); write \(advice)\(wayOut)")
  }

  /// The other way out for a key that cascades.
  static func orNull(_ key: String) -> String {
    PolicyKeys.cascading.contains(key) ? ", or null to take it away" : ""
  }

  /// A text that is not empty, without controls.
  mutating func text(_ tree: PolicyTree, _ key: String, _ example: String, most: Int = 100) -> String? {
    guard case .text(let text) = tree.content else {
      refuse(tree, key, "a text such as \(example)")
      return nil
    }
    if text.utf8.allSatisfy({ $0 <= 0x20 }) {
      complain(tree.offset, "'\(key)' is empty; write a text such as \(example)")
      return nil
    }
    guard text.unicodeScalars.count <= most else {
      complain(tree.offset, "'\(key)' is longer than \(most) characters; shorten it")
      return nil
    }
    if text.utf8.contains(where: { ($0 < 0x20 && $0 != 0x0A && $0 != 0x09) || $0 == 0x7F }) {
      complain(tree.offset, "'\(key)' holds a control character; remove it")
      return nil
    }
    return text
  }

  /// One text or a list of them, each with its place.
  mutating func texts(_ tree: PolicyTree, _ key: String, _ example: String) -> [(text: String, offset: Int)] {
    switch tree.content {
    case .text(let text): return [(text, tree.offset)]
    case .list(let elements) where !elements.isEmpty:
      return elements.compactMap { element in
        if case .text(let text) = element.content { return (text, element.offset) }
        refuse(element, key, example)
        return nil
      }
    case .list:
      complain(tree.offset, "'\(key)' is an empty list; write \(example)")
      return []
    default:
      refuse(tree, key, "\(example), or a list of them")
      return []
    }
  }

  /// A duration in microseconds.
  mutating func duration(_ tree: PolicyTree?, _ key: String, _ example: String = "24h") -> Int64? {
    guard let tree else { return nil }
    guard case .text(let text) = tree.content else {
      refuse(tree, key, "a duration such as \(example)")
      return nil
    }
    do {
      return try DurationText.microseconds(text)
    } catch {
      complain(tree.offset, "in '\(key)', \(error.message)")
      return nil
    }
  }

  /// A whole number.
  mutating func integer(_ tree: PolicyTree?, _ key: String, from low: Int64, through high: Int64) -> Int64? {
    guard let tree else { return nil }
    guard case .text(let text) = tree.content, !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else {
      refuse(tree, key, "a whole number such as \(max(low, 3))")
      return nil
    }
    guard let number = Int64(text), (low...high).contains(number) else {
      complain(tree.offset, "'\(key)' is \(quoted(text)); write a whole number from \(low) to \(high)")
      return nil
    }
    return number
  }

  /// A percentage, not more than this many millionths.
  mutating func percentage(_ tree: PolicyTree?, _ key: String, _ example: String, most: Int64) -> Percentage? {
    guard let tree else { return nil }
    guard case .text(let text) = tree.content, let percentage = Percentage(text) else {
      refuse(tree, key, "a percentage such as \(example), with at most four digits after the point")
      return nil
    }
    guard percentage.millionths > 0, percentage.millionths <= most else {
      complain(tree.offset, "'\(key)' is \(quoted(text)); write more than 0% and at most \(most / 10_000)%")
      return nil
    }
    return percentage
  }

  /// One of some words.
  mutating func word<Word: RawRepresentable & CaseIterable>(
    _ tree: PolicyTree, _ key: String, _ type: Word.Type
  ) -> Word? where Word.RawValue == String {
    if case .text(let text) = tree.content, let word = Word(rawValue: text) { return word }
    let words = Word.allCases.map(\.rawValue)
    refuse(tree, key, words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1])
    return nil
  }

  /// `true`, the only value that the key has; without it the key is left out.
  mutating func isTrue(_ tree: PolicyTree?, _ key: String) -> Bool {
    guard let tree else { return false }
    if case .text("true") = tree.content { return true }
    refuse(tree, key, "true, or leave the key out")
    return false
  }

  /// An address of the web.
  mutating func address(_ tree: PolicyTree, _ key: String) -> String? {
    let example = "https://wiki.example/gold"
    guard let text = text(tree, key, example, most: 500) else { return nil }
    let lowercase = text.lowercased()
    let rest = ["https://", "http://"].first(where: lowercase.hasPrefix).map { text.utf8.dropFirst($0.utf8.count) }
    guard let rest, let first = rest.first, first != UInt8(ascii: "/"), rest.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
    else {
      complain(tree.offset, "'\(key)' is \(quoted(text)); write an address such as \(example)")
      return nil
    }
    return text
  }

  /// A date as days since 1970-01-01: `2026-12-25`.
  static func day(_ text: String) -> Int64? {
    // Ten digits would be read as seconds since 1970.
    guard text.utf8.count == 10, text.utf8.dropFirst(4).first == UInt8(ascii: "-"),
      let midnight = Timestamp(text, assumingUTC: true)
    else { return nil }
    return midnight.microseconds.flooredQuotient(86_400_000_000)
  }
}
