/// Reads the header of a CSV, and counts the rows of a small one.
///
/// The first line is taken for a header, which is what mad_prefect, pyarrow, DuckDB and pandas write; a line `sep=;`
/// before it names the delimiter, as Excel has it. Quotes are read as RFC 4180 has them; what no RFC allows, such as
/// text after a closing quote, is taken as it stands. Otherwise the delimiter is the one of `,` `;` tab and `|` that
/// splits the header into the most names, so that nothing but the header decides on them. Where another one that splits
/// it would count other rows, since quotes begin after delimiters only, the one counts by which all rows have as many
/// fields as the header; where that does not decide, the rows are not told. Names are compared byte by byte; a text
/// with NUL bytes, such as UTF-16, has no names.
struct DelimitedText {
  /// A file up to this size is read whole, and its rows counted; a longer header than this is not read. 1 MiB.
  static let mostBytes = 1 << 20

  /// The text, without a byte-order mark and without a line that names the delimiter.
  private let bytes: ArraySlice<UInt8>
  /// The delimiter that a line `sep=;` names.
  private let named: UInt8?
  /// Whether the text ends where the file ends.
  private let isWhole: Bool

  /// What the start of a text tells, whose file may go on after it.
  init(_ bytes: [UInt8], isWhole: Bool) {
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    let separator = Self.separator(of: text)
    self.bytes = separator?.rest ?? text
    named = separator?.delimiter
    self.isWhole = isWhole
  }

  /// The delimiter that the first line names, and what follows that line.
  private static func separator(of text: ArraySlice<UInt8>) -> (delimiter: UInt8, rest: ArraySlice<UInt8>)? {
    guard text.count > 5, text.prefix(4).elementsEqual("sep=".utf8) else { return nil }
    let delimiter = text[text.startIndex + 4]
    let rest = text.dropFirst(5)
    guard delimiter > 0, ![0x0A, 0x0D, 0x22].contains(delimiter) else { return nil }
    if rest.starts(with: [0x0D, 0x0A]) { return (delimiter, rest.dropFirst(2)) }
    return rest.first == 0x0A || rest.first == 0x0D ? (delimiter, rest.dropFirst()) : nil
  }

  /// What a file tells.
  static func content(of file: ArtifactFile, preferred: UInt8) -> ArtifactContent {
    guard let bytes = file.readStart(atMost: mostBytes) else { return ArtifactContent() }
    return DelimitedText(bytes, isWhole: file.size <= Int64(mostBytes)).content(preferred: preferred)
  }

  /// The hash of the names and, where the whole text is known, the number of rows; a delimiter wins where two split
  /// alike.
  func content(preferred: UInt8) -> ArtifactContent {
    let candidates = candidates(preferred: preferred)
    var best: (delimiter: UInt8, columns: Int)?
    for (delimiter, header) in candidates where header.fields > best?.columns ?? 0 { best = (delimiter, header.fields) }
    guard let best else { return ArtifactContent() }

    var text = SchemaText(family: "delimited")
    var isBinary = false
    let header = record(at: bytes.startIndex, delimiter: best.delimiter) { name in
      if name.contains(0) { isBinary = true }
      text.add(.field, "column", name: name, depth: 0)
    }
    guard let header, !isBinary else { return ArtifactContent() }
    let splitting = candidates.filter { $0.header.fields > 1 }
    let rows = splitting.isEmpty ? [(best.delimiter, header)] : splitting
    return ArtifactContent(schemaHash: text.hash, rowCount: rowCount(by: rows))
  }

  /// Each delimiter by which the header can be read, with that header.
  private func candidates(preferred: UInt8) -> [(delimiter: UInt8, header: Record)] {
    var delimiters = named.map { [$0] } ?? [preferred]
    if named == nil { delimiters += Array(",;\t|".utf8).filter { $0 != preferred } }
    return delimiters.compactMap { delimiter in
      record(at: bytes.startIndex, delimiter: delimiter).map { (delimiter, $0) }
    }
  }
}

extension DelimitedText {
  fileprivate struct Record {
    var fields = 0
    /// The place after the record and its line break.
    var end: Int
    var isBlank: Bool { fields == 0 }
  }

  /// The rows, if all delimiters agree on them, or those by which no row is longer or shorter than the header.
  private func rowCount(by candidates: [(delimiter: UInt8, header: Record)]) -> Int64? {
    guard isWhole else { return nil }
    let counts = candidates.map { rows(after: $0.header, delimiter: $0.delimiter) }
    let whole = Set(counts.map { $0?.count })
    if whole.count == 1 { return counts[0]?.count }
    let even = Set(counts.compactMap { $0 }.filter(\.isEven).map(\.count))
    return even.count == 1 ? even.first : nil
  }

  /// The rows after the header, and whether all have as many fields; `nil` where that cannot be told.
  ///
  /// A blank line is no row, except where there is but one column: there it is nothing, or a row without a value.
  private func rows(after header: Record, delimiter: UInt8) -> (count: Int64, isEven: Bool)? {
    var place = header.end
    var count: Int64 = 0
    var isEven = true
    while place < bytes.endIndex {
      guard let record = record(at: place, delimiter: delimiter) else { return nil }
      if record.isBlank {
        if header.fields == 1 { return nil }
      } else {
        count += 1
        if record.fields != header.fields { isEven = false }
      }
      place = record.end
    }
    return (count, isEven)
  }

  /// Reads the record at a place, and hands out its fields if anyone asks; `nil` where the record does not end.
  private func record(
    at start: Int, delimiter: UInt8, field: ((ArraySlice<UInt8>) -> Void)? = nil
  ) -> Record? {
    var record = Record(end: start)
    var place = start
    while true {
      guard let stop = fieldEnd(from: place, delimiter: delimiter) else { return nil }
      let isLast = stop == bytes.endIndex || bytes[stop] != delimiter
      if isLast, record.fields == 0, stop == place {
        // A blank line.
      } else {
        record.fields += 1
        if let field { field(unquoted(bytes[place..<stop])) }
      }
      guard isLast else {
        place = stop + 1
        continue
      }
      // A file that goes on may go on here.
      if stop == bytes.endIndex { guard isWhole else { return nil } }
      record.end = min(stop + 1, bytes.endIndex)
      if stop < bytes.endIndex, bytes[stop] == UInt8(ascii: "\r"), record.end < bytes.endIndex,
        bytes[record.end] == UInt8(ascii: "\n")
      {
        record.end += 1
      }
      return record
    }
  }

  /// The place of the delimiter, line break or end after the field at a place; `nil` where a quote is never closed.
  private func fieldEnd(from start: Int, delimiter: UInt8) -> Int? {
    var place = start
    var isQuoted = place < bytes.endIndex && bytes[place] == UInt8(ascii: "\"")
    if isQuoted { place += 1 }
    while place < bytes.endIndex {
      let byte = bytes[place]
      if isQuoted {
        if byte == UInt8(ascii: "\"") {
          // Two quotes are one in the text.
          if place + 1 < bytes.endIndex, bytes[place + 1] == UInt8(ascii: "\"") {
            place += 1
          } else {
            isQuoted = false
          }
        }
      } else if byte == delimiter || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        return place
      }
      place += 1
    }
    return isQuoted ? nil : place
  }

  /// The text of a field, of which the quotes around it and every second one inside are no part.
  private func unquoted(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let quote = UInt8(ascii: "\"")
    guard field.first == quote else { return field }
    var text: ArraySlice<UInt8> = []
    var isQuoted = true
    var place = field.startIndex + 1
    while place < field.endIndex {
      if isQuoted, field[place] == quote {
        if place + 1 < field.endIndex, field[place + 1] == quote {
          text.append(quote)
          place += 1
        } else {
          isQuoted = false
        }
      } else {
        text.append(field[place])
      }
      place += 1
    }
    return text
  }
}
