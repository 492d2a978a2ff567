/// How much of one file the mirror holds.
///
/// A file of 16 MiB can name four million artifacts, which take a hundred times the memory of what a scheduler ever
/// wrote. What is beyond stays in the file, is counted, and makes a problem of the kind ``ProblemKind/truncated``.
package struct MirrorLimits: Sendable {
  /// Artifacts of one list.
  package var artifacts = 10_000
  /// Bytes of the texts that tell of the artifacts of one list, all together.
  package var artifactBytes = 1 << 20
  /// Bytes of any other text: a mebibyte is what `record` takes of an error, and its type has room beside it.
  package var textBytes = (1 << 20) + (64 << 10)

  package init() {}

  package static let usual = MirrorLimits()

  /// What there is still room for in one list of artifacts.
  struct Room {
    var count: Int
    var bytes: Int

    init(_ limits: MirrorLimits?) {
      count = limits?.artifacts ?? .max
      bytes = limits?.artifactBytes ?? .max
    }

    /// Whether an artifact still has room, which it then takes. Once one had none, no other has.
    mutating func takes(_ size: Int) -> Bool {
      guard count > 0, size <= bytes else {
        count = 0
        return false
      }
      count -= 1
      bytes -= size
      return true
    }
  }

  /// As many of the first paths as have room.
  package func prefix(_ paths: [String]) -> ArraySlice<String> {
    var room = Room(self)
    return paths.prefix { room.takes($0.utf8.count) }
  }

  /// As many of the first artifacts as have room.
  package func prefix(_ artifacts: [ArtifactFacts]) -> ArraySlice<ArtifactFacts> {
    var room = Room(self)
    return artifacts.prefix { room.takes($0.textBytes) }
  }

  /// A text, or as much of it as there is room for.
  package func cut(_ text: String?, _ isCut: inout Bool) -> String? {
    guard let text, text.utf8.count > textBytes else { return text }
    isCut = true
    let utf8 = text.utf8
    var end = utf8.index(utf8.startIndex, offsetBy: textBytes)
    // Back to where a scalar begins.
    while end > utf8.startIndex, utf8[end] & 0xC0 == 0x80 { utf8.formIndex(before: &end) }
    return String(decoding: utf8[..<end], as: UTF8.self)
  }

  /// The sentence of the problem; `nil` where nothing was left out.
  ///
  /// - Parameters:
  ///   - named: how many artifacts the file names.
  ///   - held: how many of them the mirror holds.
  package func sentence(named: Int, held: Int, isTextCut: Bool) -> String? {
    var parts: [String] = []
    if named > held { parts.append("the first \(held) of the \(named) artifacts that the file names") }
    if isTextCut { parts.append("the first \(textBytes >> 10) KiB of its longest texts") }
    return parts.isEmpty ? nil : "The index holds only \(parts.joined(separator: " and "))."
  }
}

extension ArtifactFacts {
  /// Bytes of its texts.
  var textBytes: Int { path.utf8.count + (format?.utf8.count ?? 0) + (schemaHash?.utf8.count ?? 0) }
}
