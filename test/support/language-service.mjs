// Entry of a bundle (github-linters.ts): the package cannot be imported as it is, for want of an import attribute.
import { validate as judge } from '@actions/languageservice/validate';
import { TextDocument } from 'vscode-languageserver-textdocument';

export const validate = (uri, text, metadata) =>
  judge(TextDocument.create(uri, 'yaml', 1, text), {
    actionsMetadataProvider: { fetchActionMetadata: async () => metadata },
  });
