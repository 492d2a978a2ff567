/// A way out of a failure, as a value: a program spells it by its own options and commands.
///
/// The sentence of the error says what to do already. The first remedy of an error completes its last words, as in
/// "choose another place for the index *with --index*"; ``answerAsItIs``, ``askUnderNoPolicy``,
/// ``allowTimesAhead`` and ``chooseMetadataFolder`` are ways beside it.
public enum Remedy: Hashable, Sendable {
  /// Name another storage root.
  case chooseRoot
  /// Name another folder below the root, where the metadata is.
  case chooseMetadataFolder
  /// Name another file for the index.
  case chooseIndex
  /// Bring the index up to date with the tree.
  case reconcile
  /// Bring the index up to date, and take the tree for what it is though it is empty, or another one.
  case acceptRoot
  /// Take a copy of an index though its tree had another root.
  case acceptCopy
  /// Read everything into a new index.
  case rebuild
  /// Give the query more time.
  case allowMoreTime
  /// Ask for an answer from the index as it is, without bringing it up to date.
  case answerAsItIs
  /// Ask under no policy file.
  case askUnderNoPolicy
  /// Allow times ahead of the clock.
  case allowTimesAhead
}
