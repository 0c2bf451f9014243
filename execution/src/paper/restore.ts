import type { PaperBookState } from './book.ts';

/** Names the shape of a book: a snapshot of another form is not read. Change it whenever that changes. */
export const bookForm = 'book-2';

/** The book in a snapshot of this form, which was written by this very program. */
export function restoreBook(book: unknown): PaperBookState {
  return book as PaperBookState;
}
