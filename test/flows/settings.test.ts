import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { listeningOf, nodeRedSettings, Refusal } from '../../start/settings';

const login = { O2C_EDITOR_USER: 'ada', O2C_EDITOR_PASSWORD_HASH: `$2b$08$${'a'.repeat(53)}` };

describe('where the product listens', () => {
  it('is this machine, when nothing is said', () => {
    expect(listeningOf({})).to.deep.equal({ host: '127.0.0.1', port: 1880, isLocal: true, tls: undefined });
    expect(listeningOf({ O2C_HOST: ' ', PORT: '' })).to.deep.include({ host: '127.0.0.1', port: 1880 });
    for (const host of ['localhost', '127.0.0.2', '::1'])
      expect(listeningOf({ O2C_HOST: host }).isLocal, host).to.equal(true);
  });

  it('is never an address that others can reach without a login for the editor', () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.7', 'erp.example.com', '127.0.0.1.example.com', '1270.0.0.1']) {
      expect(() => listeningOf({ O2C_HOST: host, O2C_BEHIND_PROXY: '1' }), host).to.throw(
        Refusal,
        /the editor has no login/,
      );
    }
  });

  it('is never an address that others can reach without TLS or a declared proxy', () => {
    const elsewhere = { ...login, O2C_HOST: '0.0.0.0' };
    expect(() => listeningOf(elsewhere)).to.throw(Refusal, /without TLS/);
    expect(() => listeningOf({ ...elsewhere, O2C_BEHIND_PROXY: '0' })).to.throw(Refusal, /without TLS/);
    expect(listeningOf({ ...elsewhere, O2C_BEHIND_PROXY: '1' })).to.deep.include({ isLocal: false });
  });

  it('takes TLS from two files that are there', () => {
    const directory = mkdtempSync(join(tmpdir(), 'o2c-tls-'));
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    writeFileSync(key, 'the key');
    writeFileSync(cert, 'the certificate');
    const { tls } = listeningOf({ ...login, O2C_HOST: '0.0.0.0', O2C_TLS_KEY: key, O2C_TLS_CERT: cert });
    expect(tls?.cert.toString()).to.equal('the certificate');
    expect(() => listeningOf({ O2C_TLS_KEY: key })).to.throw(Refusal, /needs both/);
    rmSync(directory, { recursive: true });
    expect(() => listeningOf({ O2C_TLS_KEY: key, O2C_TLS_CERT: cert })).to.throw(Refusal, /There is no file/);
  });

  it('refuses half a login, a password that is not hashed, and ports that are none', () => {
    const elsewhere = { O2C_HOST: '0.0.0.0', O2C_BEHIND_PROXY: '1' };
    expect(() => listeningOf({ ...elsewhere, O2C_EDITOR_USER: 'ada' })).to.throw(Refusal, /needs both/);
    expect(() => listeningOf({ ...elsewhere, ...login, O2C_EDITOR_PASSWORD_HASH: 'secret' })).to.throw(
      Refusal,
      /no bcrypt hash/,
    );
    for (const PORT of ['0', '65536', 'http', '18.5', '-1'])
      expect(() => listeningOf({ PORT }), PORT).to.throw(Refusal, /PORT/);
  });
});

describe('the settings of Node-RED', () => {
  const user = { path: 'data/node-red', flowFile: 'data/node-red/flows.json', isNew: true, credentialSecret: 'secret' };
  const settings = (env: Record<string, string>) => nodeRedSettings(env, listeningOf(env), user);

  it('send nothing home and install nothing by themselves', () => {
    const { telemetry, externalModules, editorTheme } = settings({});
    expect(editorTheme).to.deep.include({ palette: { catalogues: [] } });
    expect(telemetry).to.deep.equal({ enabled: false, updateNotification: false });
    expect(externalModules).to.deep.include({ autoInstall: false });
  });

  it('ask for a login when one is given, here too', () => {
    expect(settings({}).adminAuth).to.equal(undefined);
    expect(settings(login).adminAuth).to.deep.include({ type: 'credentials' });
    expect(() => settings({ O2C_EDITOR_USER: 'ada' })).to.throw(Refusal);
  });
});
