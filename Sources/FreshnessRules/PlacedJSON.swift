internal import ManifestModel

/// A JSON value that knows where in its file it stands.
///
/// For files that people write by hand: every complaint can name the line and the column, and a key that stands twice
/// is an error instead of a guess.
package struct PlacedJSON: Sendable {
  package indirect enum Value: Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([PlacedJSON])
    case object([Member])
  }

  /// A key of an object and what it stands for.
  package struct Member: Sendable {
    package let key: String
    package let origin: Origin
    package let value: PlacedJSON

    package var place: Place { origin.place }
  }

  /// A line and a column, both from 1; columns count bytes.
  package struct Place: Hashable, Sendable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
      self.line = line
      self.column = column
    }
  }

  /// Where a value begins in its text. The place is looked up only when somebody asks: that takes as long as the text
  /// is long.
  package struct Origin: Sendable {
    let text: [UInt8]
    /// Bytes before it.
    package let offset: Int

    package var place: Place {
      let before = text[..<offset]
      let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
      return Place(line: before.count { $0 == 0x0A } + 1, column: offset - lineStart + 1)
    }
  }

  /// What is wrong, and where.
  package struct Complaint: Error, Equatable {
    package let place: Place
    package let message: String

    package init(place: Place, message: String) {
      self.place = place
      self.message = message
    }
  }

  package let origin: Origin
  package let value: Value
  /// Whether U+FFFD stands in a text for what is no character.
  package var isRepaired = false

  package var place: Place { origin.place }

  /// The one value of a text in UTF-8.
  ///
  /// - Parameter repairs: Whether halves of surrogate pairs and bytes that are not UTF-8, as Python writes what it
  ///   could not decode, become U+FFFD where they stand in the value of a text, and ``isRepaired`` says so. Otherwise
  ///   they are complaints.
  package static func parse(_ bytes: [UInt8], repairs: Bool = false) throws(Complaint) -> PlacedJSON {
    let isUTF8 = String(validating: bytes, as: UTF8.self) != nil
    guard repairs || isUTF8 else {
      throw Complaint(place: Place(line: 1, column: 1), message: "the text is not UTF-8; save the file as UTF-8")
    }
    let text = isUTF8 ? bytes : Array(String(decoding: bytes, as: UTF8.self).utf8)
    return try text.withUnsafeBufferPointer { buffer throws(Complaint) in
      guard let start = buffer.baseAddress, !buffer.isEmpty else {
        throw Complaint(place: Place(line: 1, column: 1), message: "the text ends where a value is expected")
      }
      var parser = PlacedJSONParser(text, start: start, repairs: repairs, isUTF8: isUTF8)
      return try parser.document()
    }
  }

  /// What kind of value it is, for a complaint.
  package var kind: String {
    switch value {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}
