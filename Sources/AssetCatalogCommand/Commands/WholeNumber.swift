import ArgumentParser

/// The whole numbers that options take.
enum WholeNumber {
  /// For an option's `transform`: a number of at least this, and at most that.
  static func from(_ least: Int, to most: Int = .max) -> @Sendable (String) throws -> Int {
    { text in
      if let number = Int(text), (least...most).contains(number) { return number }
      let range = most == .max ? "of at least \(least)" : "from \(least) to \(most)"
      throw ValidationError("\(quoted(text)) cannot be used; write a whole number \(range)")
    }
  }
}
