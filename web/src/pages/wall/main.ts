import '../../ui/theme.css';
import { mount } from 'svelte';
import WallPage from './WallPage.svelte';

const target = document.getElementById('page');
if (target) mount(WallPage, { target });
