/// An answer that is read page by page, each page after the last row of the one before.
package protocol PageCursor<Entry>: Sendable {
  associatedtype Entry: Sendable

  /// The next rows, about `count` of them; none at the end.
  mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [Entry]
}
