internal import ManifestModel

/// Reads the first rows of a JSON file.
///
/// A row is an element of the one array that the file holds, or else one of the values that stand one after the other,
/// as in JSON lines. Both forms are read under every name, and give the same hash for the same rows.
struct JSONSample {
  /// A file up to this size is read whole, and its rows counted; of a larger one this much is read. 4 MiB.
  static let mostBytes = 4 << 20
  /// The most rows that names and types are taken from.
  static let mostRows: Int64 = 1_000

  /// What a file tells. An empty one has no rows if it holds JSON lines, and is damaged otherwise.
  static func content(of file: ArtifactFile, lines: Bool) -> ArtifactContent {
    guard let bytes = file.readStart(atMost: mostBytes) else { return ArtifactContent() }
    return content(of: bytes, isWhole: file.size <= Int64(mostBytes), lines: lines)
  }

  /// What the start of a text tells, whose file may go on after it.
  static func content(of bytes: [UInt8], isWhole: Bool, lines: Bool) -> ArtifactContent {
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    return text.withUnsafeBufferPointer { text in
      let nothing = lines && isWhole ? ArtifactContent(rowCount: 0, sampledRows: 0) : ArtifactContent()
      guard let start = text.baseAddress, !text.isEmpty else { return nothing }
      var reader = JSONReader(start: start, count: text.count)
      reader.skipWhitespace()
      if reader.isAtEnd { return nothing }
      var sample = JSONSample(reader: reader, isWhole: isWhole)
      if reader.isAt("["), let content = sample.readArray() { return content }
      sample = JSONSample(reader: reader, isWhole: isWhole)
      return sample.readValues()
    }
  }

  private var reader: JSONReader
  private let isWhole: Bool
  private var shape = JSONShape()
  private var rows: Int64 = 0

  private init(reader: JSONReader, isWhole: Bool) {
    self.reader = reader
    self.isWhole = isWhole
  }

  /// What the elements of the array at the cursor tell; `nil` where something follows the array, which is then but a
  /// row.
  private mutating func readArray() -> ArtifactContent? {
    do throws(JSONFault) {
      if try reader.enterArray() {
        repeat { try readRow() } while try reader.nextElement()
      }
      reader.skipWhitespace()
      return reader.isAtEnd ? content(isComplete: isWhole) : nil
    } catch {
      return content(after: error)
    }
  }

  /// What the values from the cursor on tell.
  private mutating func readValues() -> ArtifactContent {
    do throws(JSONFault) {
      while !reader.isAtEnd {
        try readRow()
        reader.skipWhitespace()
      }
      return content(isComplete: isWhole)
    } catch {
      return content(after: error)
    }
  }

  private mutating func readRow() throws(JSONFault) {
    let first = reader
    _ = try reader.skipValue()
    // Where the text is cut off, a number may be as well.
    if !isWhole, reader.isAtEnd { throw reader.fault(.truncated) }
    // Only now: a row that is cut off must leave no trace.
    if rows < Self.mostRows {
      var second = first
      try shape.merge(&second)
    }
    rows += 1
  }

  private func content(after fault: JSONFault) -> ArtifactContent {
    // A row that is cut off ends the sample. Any other fault within it means that this is not JSON, after it that the
    // rows cannot be counted.
    if fault.isTruncation && !isWhole || rows >= Self.mostRows { return content(isComplete: false) }
    return ArtifactContent()
  }

  private func content(isComplete: Bool) -> ArtifactContent {
    let sampled = min(rows, Self.mostRows)
    return ArtifactContent(
      schemaHash: rows == 0 ? nil : shape.text.hash, rowCount: isComplete ? rows : nil,
      sampledRows: rows == 0 && !isComplete ? nil : sampled)
  }
}
