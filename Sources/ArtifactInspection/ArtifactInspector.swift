package import ManifestModel

/// Tells what a file that a run wrote says about itself: size, time, format, rows, schema.
///
/// Every reader takes a bounded part of the file, keeps a bounded part of that, and takes every count in it for a
/// claim:
///
/// | format        | read at most          | rows                   | schema hash                                       |
/// | ------------- | --------------------- | ---------------------- | ------------------------------------------------- |
/// | `parquet`     | 16 MiB of the footer  | as the footer says     | names, logical types, nesting, order              |
/// | `csv`, `tsv`  | the first MiB         | of a file up to 1 MiB  | names and order: a CSV declares no types          |
/// | `json`, `jsonl` | the first 4 MiB     | of a file up to 4 MiB  | names, types and order in the first 1,000 rows    |
/// | others        | nothing               | not told               | none                                              |
///
/// ``SchemaText`` says what is hashed. Hashes of different families of formats differ even for the same columns.
package enum ArtifactInspector {
  /// The facts of an open file.
  ///
  /// Nothing is thrown and nothing traps, whatever the bytes are: what cannot be told is `nil`. A file that changes
  /// while it is read has neither rows nor schema.
  ///
  /// - Parameters:
  ///   - descriptor: A regular file, open for reading. It stays open, and its offset stays where it is.
  ///   - path: The path as the run recorded it. It becomes ``ArtifactFacts/path``, and its suffix hints at the format;
  ///     it is never opened.
  package static func inspect(descriptor: Int32, path: String) -> ArtifactFacts {
    guard let file = OpenArtifact(descriptor: descriptor) else {
      return ArtifactFacts(path: path, format: ArtifactFormat(path: path).name)
    }
    return inspect(file, path: path)
  }

  /// The facts of what is read from a source, otherwise as those of an open file.
  package static func inspect(_ source: some ArtifactSource, path: String) -> ArtifactFacts {
    let file = ArtifactFile(source)
    let head = file.read(at: 0, count: 4) ?? []
    let tail = file.read(at: file.size - 4, count: 4) ?? []
    let format = ArtifactFormat(path: path, head: head, tail: tail)
    var content = content(of: file, as: format.reading)
    if content != ArtifactContent(), !file.isUnchanged { content = ArtifactContent() }
    return ArtifactFacts(
      path: path, bytes: file.size, modified: file.modified, format: format.name,
      schemaHash: content.schemaHash, rowCount: content.rowCount, sampledRows: content.sampledRows)
  }

  private static func content(of file: ArtifactFile, as reading: ArtifactFormat.Reading) -> ArtifactContent {
    switch reading {
    case .parquet: ParquetFooter.content(of: file)
    case .delimited(let preferred): DelimitedText.content(of: file, preferred: preferred)
    case .json(let lines): JSONSample.content(of: file, lines: lines)
    case .none: ArtifactContent()
    }
  }
}
