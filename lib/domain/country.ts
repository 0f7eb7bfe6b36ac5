const isoCode = /^[A-Za-z]{2,3}$/;

/** A country code as ISO 3166-1 forms them (DE, DEU), in upper case; undefined for a text that cannot be one. */
export const countryOf = (text: string): string | undefined => (isoCode.test(text) ? text.toUpperCase() : undefined);

export const noCountry = 'This is no country code; send the ISO code such as DE.';
