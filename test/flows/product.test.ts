import { onBothDatabases } from '../support/databases';
import { badInput } from './bad-input';
import { type Keys, setUpCompany } from './company';
import { theCycle } from './cycle';
import { httpManners } from './http-manners';
import { adminKey, Product } from './product';
import { theRoutes } from './routes';

describe('the packaged flows', () => {
  onBothDatabases((_, url) => {
    let product: Product;
    let keys: Keys;

    before(async () => {
      product = await Product.start({ O2C_DB: url(), O2C_DEMO: '0', O2C_ADMIN_KEY: adminKey });
      keys = await setUpCompany(product);
    });
    after(async () => product?.remove());

    describe('the cycle', () =>
      theCycle(
        () => product,
        () => keys,
      ));
    describe('bad input', () =>
      badInput(
        () => product,
        () => keys,
      ));
    describe('HTTP', () =>
      httpManners(
        () => product,
        () => keys,
      ));
    describe('the routes', () =>
      theRoutes(
        () => product,
        () => keys,
      ));
  });
});
