package import StoredTree

/// What a look at one file found. Indirect, so that copies do not count a reference for every text in it.
package indirect enum FileChange<Facts: Sendable>: Sendable {
  case absent
  case current(Facts, SeenFile)
  /// The file cannot be used: the last good values stay.
  case bad(SeenFile)
}
